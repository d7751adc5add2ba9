internal import AgentConfiguration
import Glibc
internal import StoreForward

extension DiskFacts {
    /// Looks at the spool's place.
    ///
    /// A spool that an agent has is not opened and not locked; who has it stands in the kernel's table of locks.
    init(_ settings: AgentConfiguration.Spool, _ surroundings: Doctor.Surroundings) {
        self.init(folder: SystemFiles.folder(of: settings.path))
        guard case .success(let status) = SystemFiles.status(of: folder), status.st_mode & S_IFMT == S_IFDIR else {
            exists = false
            return
        }
        mayWrite = SystemFiles.may(W_OK | X_OK, folder)
        var system = statvfs()
        if statvfs(folder, &system) == 0 {
            isReadOnly = system.f_flag & 1 != 0
            free = Int(clamping: UInt64(system.f_bavail).multipliedReportingOverflow(by: UInt64(system.f_frsize)).0)
            // Some file systems have no fixed number of files, and say 0 of 0.
            if system.f_files > 0 { freeInodes = Int(clamping: system.f_favail) }
        }
        look(at: Int(status.st_dev), surroundings)
        guard SystemFiles.may(R_OK | X_OK, folder) else {
            spool = .notSeen
            return
        }
        aside = SpoolVisit.putAside(at: settings.path)
        for file in [settings.path, settings.path + "-wal"] {
            if case .success(let status) = SystemFiles.status(of: file) { size += Int(status.st_size) }
        }
        spool = Self.look(at: settings, procfs: surroundings.procfs)
    }

    private static func look(at settings: AgentConfiguration.Spool, procfs: String) -> Spool {
        let path = settings.path
        if let owner = FileLocks(procfs: procfs).holder(of: SpoolVisit.lockFile(of: path)) { return .inUse(owner) }
        if case .failure(let error) = SystemFiles.status(of: path), error.code == ENOENT { return .none }
        do throws(SpoolFailure) {
            let visit = try SpoolVisit(path: path, maxBytes: settings.maxBytes)
            return .whole(waiting: visit.ledger.waiting, lastGood: visit.lastGoodTime)
        } catch {
            switch error.kind {
            case .corrupt: return .damaged(error.detail)
            // The agent brings it to its own schema.
            case .olderVersion: return .whole(waiting: 0, lastGood: nil)
            case .fileMissing: return .none
            // A spool was here before: the agent takes the rubbish in its place for a damaged one.
            case .notOurs where !isDatabase(path) && SystemFiles.may(F_OK, SpoolVisit.lockFile(of: path)):
                return .damaged(error.detail)
            default: return .unusable(Doctor.SpoolFault(status: AgentFault(error).status, words: "\(error)"))
            }
        }
    }

    private static func isDatabase(_ path: String) -> Bool {
        SystemFiles.text(of: path)?.hasPrefix("SQLite format 3") ?? false
    }

    /// Finds the disk under a file system, and what it says of itself.
    private mutating func look(at device: Int, _ surroundings: Doctor.Surroundings) {
        let number = "\((device >> 8) & 0xFFF):\((device & 0xFF) | ((device >> 12) & 0xFFF00))"
        // 36 35 0:26 / /run rw,nosuid shared:5 - tmpfs tmpfs rw
        let mounts = (SystemFiles.text(of: "\(surroundings.procfs)/self/mountinfo") ?? "").split(separator: "\n")
        let mount = mounts.first { $0.split(separator: " ").dropFirst(2).first == number[...] }
        let words = mount?.split(separator: " ") ?? []
        if let dash = words.firstIndex(of: "-"), dash + 1 < words.count {
            isInMemory = ["tmpfs", "ramfs"].contains(words[dash + 1])
        }
        guard var place = SystemFiles.real("\(surroundings.sysfs)/dev/block/\(number)") else { return }
        // A partition's folder lies in its disk's, which alone has a queue.
        for _ in 0..<2 where !SystemFiles.may(F_OK, "\(place)/queue") { place = SystemFiles.folder(of: place) }
        let name = SystemFiles.name(of: place)
        let type = SystemFiles.text(of: "\(place)/device/type")
        if name.hasPrefix("mmcblk") {
            kind = type == "SD" ? .card : .eMMC
        } else if name.hasPrefix("nvme") {
            kind = .nvme
        } else if name.hasPrefix("sd") {
            kind = SystemFiles.text(of: "\(place)/queue/rotational") == "1" ? .turning : .solid
        }
        // Two kinds of cells, each in tenths of its life from 1 on; 0 is unknown, and 11 more than all of it.
        let lives = (SystemFiles.text(of: "\(place)/device/life_time") ?? "").split(separator: " ").compactMap(Self.hex)
        wear = lives.filter { $0 > 0 }.max().map { min($0, 10) * 10 }
        spares = SystemFiles.text(of: "\(place)/device/pre_eol_info").flatMap { Self.hex($0[...]) }
    }

    private static func hex(_ text: Substring) -> Int? {
        Int(text.hasPrefix("0x") ? text.dropFirst(2) : text, radix: 16)
    }
}
