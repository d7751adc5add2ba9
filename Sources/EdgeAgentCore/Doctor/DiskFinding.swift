extension Doctor {
    /// What the spool and the disk under it are like.
    public enum DiskFinding: Sendable, Hashable {
        /// The spool's folder can be written to.
        case folder(String)
        /// There is no such folder.
        case noFolder(String)
        /// This user may not write there.
        case folderForbidden(String, user: String)
        /// The file system can only be read.
        case readOnly(String)
        /// The file system lies in memory: a restart takes everything.
        case inMemory(String)
        /// There is room for the whole spool.
        case room(free: Int, maximum: Int)
        /// The spool cannot grow to the size that it is allowed.
        case tight(free: Int, reachable: Int, maximum: Int)
        /// The spool cannot grow at all.
        case full(free: Int, reserve: Int)
        /// No file can be made any more, however many bytes are free.
        case noInodes
        /// It was not looked at, as this user may not.
        case notSeen
        /// The running agent has the spool, and it was left alone.
        case inUse(process: Int32)
        /// There is none yet.
        case noSpool
        /// It is whole, and so many messages wait.
        case whole(waiting: Int)
        /// It is damaged; the agent saves what it can.
        case damaged(String)
        /// It cannot be used, for a reason that the spool gives.
        case unusable(SpoolFault)
        /// No damaged spool was ever put aside.
        case noneAside
        /// Damaged spools were put aside.
        case aside([String])
        /// The disk is of this kind, and says nothing bad of itself.
        case disk(DiskKind)
        /// The disk has used up so much of its life, in percent; 100 for all of it and more.
        case worn(DiskKind, percent: Int)
        /// The disk has used up its spare blocks; nearly, or all of them.
        case spareBlocks(DiskKind, isUrgent: Bool)
    }

    /// The kind of a disk, as the kernel tells it.
    public enum DiskKind: String, Sendable, Hashable, CaseIterable {
        /// A card, which never says how worn it is.
        case card
        /// A soldered card, which does.
        case eMMC
        /// A solid state disk on PCI Express.
        case nvme
        /// A disk that turns.
        case turning
        /// A solid state disk or a stick.
        case solid
        /// Something that the kernel does not tell.
        case unknown
    }

    /// Why a spool cannot be used, in the words of the spool.
    public struct SpoolFault: Sendable, Hashable {
        /// The status that `run` would end with.
        public let status: ExitStatus
        /// What is wrong, and what to do.
        public let words: String
    }
}

extension Doctor.DiskFinding: Observation {
    var check: String {
        switch self {
        case .folder, .noFolder, .folderForbidden, .readOnly, .inMemory: "disk.folder"
        case .room, .tight, .full, .noInodes: "disk.space"
        case .notSeen, .inUse, .noSpool, .whole, .damaged, .unusable: "disk.spool"
        case .noneAside, .aside: "disk.aside"
        case .disk, .worn, .spareBlocks: "disk.wear"
        }
    }

    var verdict: Doctor.Verdict {
        switch self {
        case .folder, .room, .inUse, .noSpool, .whole, .noneAside, .disk: .ok
        case .inMemory, .tight, .damaged, .aside, .worn, .spareBlocks: .warning
        case .noFolder, .full, .noInodes: .fault(.cannotCreate)
        case .folderForbidden: .fault(.notPermitted)
        case .readOnly: .fault(.inputOutput)
        case .unusable(let fault): .fault(fault.status)
        case .notSeen: .skipped
        }
    }
}
