internal import AgentConfiguration
import Glibc
internal import StoreForward

/// What is known of the spool's place, before anybody judges it.
struct DiskFacts: Sendable, Hashable {
    /// What is known of the spool itself.
    enum Spool: Sendable, Hashable {
        case notSeen
        case inUse(Int32)
        case none
        case whole(waiting: Int, lastGood: Int64?)
        case damaged(String)
        case unusable(Doctor.SpoolFault)
    }

    var folder: String
    var exists = true
    var mayWrite = true
    var isReadOnly = false
    var isInMemory = false
    var free = Int.max
    var freeInodes = Int.max
    /// The bytes of the spool and its log.
    var size = 0
    var spool = Spool.none
    var aside: [String] = []
    var kind = Doctor.DiskKind.unknown
    /// How much of its life the disk has used up, in percent; nil where it does not say.
    var wear: Int?
    /// The state of its spare blocks: 1 normal, 2 nearly used up, 3 urgent; nil where it does not say.
    var spares: Int?

    /// The last moment that an agent knew to be right, where no agent runs that could be asked.
    var lastGood: Int64? { if case .whole(_, let lastGood) = spool { lastGood } else { nil } }

    /// The process of the running agent that has the spool.
    var owner: Int32? { if case .inUse(let process) = spool { process } else { nil } }

    /// What the facts come to.
    func judged(_ limits: AgentConfiguration.Spool, for person: Doctor.Person) -> [Doctor.DiskFinding] {
        guard exists else { return [.noFolder(folder)] }
        var findings: [Doctor.DiskFinding] = [place(for: person), room(limits)]
        switch spool {
        case .notSeen: return findings + [.notSeen, wearing]
        case .inUse(let process): findings.append(.inUse(process: process))
        case .none: findings.append(.noSpool)
        case .whole(let waiting, _): findings.append(.whole(waiting: waiting))
        case .damaged(let detail): findings.append(.damaged(detail))
        case .unusable(let fault): findings.append(.unusable(fault))
        }
        findings.append(aside.isEmpty ? .noneAside : .aside(aside))
        return findings + [wearing]
    }

    private func place(for person: Doctor.Person) -> Doctor.DiskFinding {
        if isReadOnly { return .readOnly(folder) }
        if !mayWrite { return .folderForbidden(folder, user: person.name) }
        return isInMemory ? .inMemory(folder) : .folder(folder)
    }

    private func room(_ limits: AgentConfiguration.Spool) -> Doctor.DiskFinding {
        if freeInodes == 0 { return .noInodes }
        guard free > limits.minFree else { return .full(free: free, reserve: limits.minFree) }
        let (reachable, isHuge) = (free - limits.minFree).addingReportingOverflow(size)
        return isHuge || reachable >= limits.maxBytes
            ? .room(free: free, maximum: limits.maxBytes)
            : .tight(free: free, reachable: reachable, maximum: limits.maxBytes)
    }

    /// From half-way through its last fifth a disk is a warning: months are left to order another one.
    private static let worn = 90

    private var wearing: Doctor.DiskFinding {
        if let spares, spares > 1 { return .spareBlocks(kind, isUrgent: spares > 2) }
        if let wear, wear >= Self.worn { return .worn(kind, percent: wear) }
        return .disk(kind)
    }
}
