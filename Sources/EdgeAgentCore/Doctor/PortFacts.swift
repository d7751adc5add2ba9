import Glibc
internal import ModbusKit
internal import SerialPorts

/// What is known of a serial port, before anybody judges it.
struct PortFacts: Sendable, Hashable {
    /// What the path names.
    enum Kind: Sendable, Hashable {
        case missing
        case character
        case other
    }

    /// What came of opening it.
    enum Opening: Sendable, Hashable {
        case opened
        case busy
        case notSerial
        case failed(Int32)
    }

    var path: String
    /// The device's own path, without symbolic links.
    var device: String
    var kind = Kind.character
    /// What stands instead of a missing one.
    var others: [String] = []
    var group: UInt32 = 0
    var groupName = ""
    var groupMayUse = true
    /// Whether the group's list names this user, however the process was started.
    var isListed = false
    var mayOpen = true
    /// What our own running agent does with it.
    var hold: RunningAgents.Hold?
    /// Nil where it was not opened: our agent has it, or the rights are missing.
    var opening: Opening?
    var holders: [Doctor.Holder] = []
    var lastingNames: [String] = []
    var adapter: Doctor.Adapter?
    var advice: PortAdvice?
    /// Whether its adapter has a timer that could be too long.
    var hasTimer = false
}

extension PortFacts {
    /// Looks at a port; it is opened only where nobody has it, and only for a moment.
    init(_ path: String, _ surroundings: Doctor.Surroundings, agents: RunningAgents) {
        self.init(path: path, device: SystemFiles.real(path) ?? path)
        let names = surroundings.serialNames
        let lasting = SystemFiles.names(in: names).map { "\(names)/\($0)" }
        guard case .success(let status) = SystemFiles.status(of: path) else {
            kind = .missing
            others = lasting.isEmpty ? Self.ports(surroundings.sysfs) : lasting
            return
        }
        guard status.st_mode & S_IFMT == S_IFCHR else {
            kind = .other
            return
        }
        group = status.st_gid
        groupMayUse = status.st_mode & 0o060 == 0o060
        if let entry = getgrgid(status.st_gid) {
            groupName = String(cString: entry.pointee.gr_name)
            isListed = Self.members(of: entry.pointee).contains(surroundings.person.name)
        } else {
            groupName = "\(status.st_gid)"
        }
        mayOpen = SystemFiles.may(R_OK | W_OK, path)
        hold = agents.hold(of: path)
        lastingNames = lasting.filter { SystemFiles.real($0) == device }
        adapter = Doctor.Adapter(device: device, sysfs: surroundings.sysfs)
        advice = PortAdvice(port: path, sysfs: surroundings.sysfs)
        let name = SystemFiles.name(of: device)
        hasTimer = SystemFiles.text(of: "\(surroundings.sysfs)/class/tty/\(name)/device/latency_timer") != nil
        guard mayOpen, hold.map({ $0.standing == .lost }) ?? true else { return }
        holders = Self.holders(of: device, surroundings.procfs)
        // A program that asks for no lock would be disturbed by our opening.
        opening = holders.isEmpty || isPseudoTerminal ? Self.open(path) : .busy
    }

    /// The far end of a simulated line, which the simulator itself has open.
    var isPseudoTerminal: Bool { device.hasPrefix("/dev/pts/") }

    private static func open(_ path: String) -> Opening {
        do {
            _ = try PortClaim(path: path)
            return .opened
        } catch {
            switch error.reason {
            case .busy: return .busy
            case .notASerialPort: return .notSerial
            case .missing, .notPermitted, .failed: return .failed(error.code)
            }
        }
    }

    /// The programs that have a device open, as far as this user may see.
    private static func holders(of device: String, _ procfs: String) -> [Doctor.Holder] {
        SystemFiles.names(in: procfs).compactMap { name in
            guard let process = Int32(name), process != getpid() else { return nil }
            let folder = "\(procfs)/\(name)/fd"
            guard SystemFiles.names(in: folder).contains(where: { SystemFiles.link("\(folder)/\($0)") == device })
            else { return nil }
            return Doctor.Holder(name: SystemFiles.text(of: "\(procfs)/\(name)/comm") ?? "?", process: process)
        }
    }

    /// The serial ports that have a device behind them.
    private static func ports(_ sysfs: String) -> [String] {
        SystemFiles.names(in: "\(sysfs)/class/tty")
            .filter { name in ["ttyUSB", "ttyACM", "ttyAMA", "ttySC"].contains { name.hasPrefix($0) } }
            .map { "/dev/\($0)" }
    }

    private static func members(of entry: group) -> [String] {
        var names: [String] = []
        var next = entry.gr_mem
        while let name = next?.pointee {
            names.append(String(cString: name))
            next = next?.advanced(by: 1)
        }
        return names
    }
}

extension Doctor.Adapter {
    /// What the kernel's folders say of a device's adapter; nil where they know none.
    init?(device: String, sysfs: String) {
        let tty = "\(sysfs)/class/tty/\(SystemFiles.name(of: device))/device"
        guard var folder = SystemFiles.real(tty) else { return nil }
        self.init()
        driver = SystemFiles.link("\(tty)/driver").map(SystemFiles.name(of:))
        // The interface's folder lies in the adapter's, one to three levels up.
        for _ in 0..<4 {
            if let maker = SystemFiles.text(of: "\(folder)/idVendor"),
                let number = SystemFiles.text(of: "\(folder)/idProduct")
            {
                numbers = "\(maker):\(number)"
                product = SystemFiles.text(of: "\(folder)/product")
                break
            }
            folder = SystemFiles.folder(of: folder)
        }
        if numbers == nil, driver == nil { return nil }
    }
}
