import FieldBench
import Foundation
import LineSimulator
import MachineClock

@testable import EdgeAgentCore

/// A machine that a test has put together: folders as the kernel shows them, and clocks.
final class FakeMachine {
    let folder: TemporaryFolder
    var surroundings = Doctor.Surroundings()

    init() throws {
        folder = try TemporaryFolder(prefix: "machine")
        surroundings.sysfs = folder.path("sys")
        surroundings.procfs = folder.path("proc")
        surroundings.serialNames = folder.path("by-id")
        surroundings.sockets = { [] }
    }

    /// Makes a symbolic link, and the folders above it.
    func link(_ name: String, to target: String) throws {
        let path = folder.path(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    /// Puts a USB adapter behind a serial device, as the kernel shows one.
    func plug(_ device: String, numbers: (String, String) = ("0403", "6001"), latency: Int? = 1) throws {
        let name = (device as NSString).lastPathComponent
        let usb = "sys/devices/usb1/1-1"
        try folder.write("\(numbers.0)\n", to: "\(usb)/idVendor")
        try folder.write("\(numbers.1)\n", to: "\(usb)/idProduct")
        try folder.write("USB-RS485\n", to: "\(usb)/product")
        if let latency { try folder.write("\(latency)\n", to: "\(usb)/1-1:1.0/\(name)/latency_timer") }
        try folder.write("", to: "\(usb)/1-1:1.0/\(name)/uevent")
        try link("\(usb)/1-1:1.0/\(name)/driver", to: "../../../../bus/usb-serial/drivers/ftdi_sio")
        try link("sys/class/tty/\(name)/device", to: folder.path("\(usb)/1-1:1.0/\(name)"))
    }

    /// Has a program hold a device open.
    func hold(_ device: String, by name: String, process: Int32) throws {
        try folder.write("\(name)\n", to: "proc/\(process)/comm")
        try link("proc/\(process)/fd/3", to: device)
    }

    /// The number of the file system that a path is on, as the kernel writes it.
    static func number(of path: String) throws -> String {
        let device = try Int(SystemFiles.status(of: path).get().st_dev)
        return "\((device >> 8) & 0xFFF):\((device & 0xFF) | ((device >> 12) & 0xFFF00))"
    }

    /// Puts a disk under a path.
    func disk(_ name: String, under path: String, files: [String: String] = [:]) throws {
        try folder.write("0\n", to: "sys/devices/disk/\(name)/queue/rotational")
        for (file, text) in files { try folder.write("\(text)\n", to: "sys/devices/disk/\(name)/\(file)") }
        try folder.write("1\n", to: "sys/devices/disk/\(name)/\(name)p2/partition")
        try link(
            "sys/dev/block/\(Self.number(of: path))", to: folder.path("sys/devices/disk/\(name)/\(name)p2"))
    }
}

/// The causes of findings, to hold against a list.
func causes(_ findings: [Doctor.LineFinding]) -> [String] {
    findings.map { Doctor.Finding.line($0, name: "line", place: "").cause }
}
func causes(_ findings: [Doctor.DiskFinding]) -> [String] { findings.map { Doctor.Finding.disk($0).cause } }
