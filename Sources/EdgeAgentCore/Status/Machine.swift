import Glibc

/// The few things that an operator wants to know of the machine itself.
enum Machine {
    /// Memory that is free at once, in bytes; what buffers the disk is not counted.
    static var freeMemory: Int { max(sysconf(Int32(_SC_AVPHYS_PAGES)), 0) * max(sysconf(Int32(_SC_PAGESIZE)), 0) }
}
