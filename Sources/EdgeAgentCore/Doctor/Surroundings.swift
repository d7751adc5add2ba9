import Glibc
public import MachineClock

extension Doctor {
    /// Where the doctor looks; handed in, so that a test can be any machine.
    public struct Surroundings: Sendable {
        /// Where the kernel shows its devices.
        public var sysfs = "/sys"
        /// Where the kernel shows its processes.
        public var procfs = "/proc"
        /// Where udev names serial ports by their makers and numbers.
        public var serialNames = "/dev/serial/by-id"
        /// The machine's clocks.
        public var machine = MachineClock.system
        /// The time of day.
        public var clock = WallClock.system
        /// Who looks.
        public var person = Person.current
        /// The control sockets of agents that run or have run.
        var sockets: @Sendable () -> [String] = { ControlFolder.sockets }

        /// This machine.
        public init() {}
    }

    /// Who runs the doctor, by whose rights ports and folders open or do not.
    public struct Person: Sendable, Hashable {
        /// The name, or the number where it has none.
        public var name: String
        /// The user's number.
        public var uid: UInt32
        /// The groups that this process is in.
        public var groups: Set<UInt32>

        /// Describes a person.
        public init(name: String, uid: UInt32, groups: Set<UInt32>) {
            self.name = name
            self.uid = uid
            self.groups = groups
        }

        /// Whoever runs this process.
        public static var current: Person {
            var groups = [gid_t](repeating: 0, count: 65_536)
            let count = getgroups(Int32(groups.count), &groups)
            let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
            return Person(
                name: name, uid: geteuid(), groups: Set(groups.prefix(Int(max(count, 0)))).union([getegid()]))
        }
    }
}
