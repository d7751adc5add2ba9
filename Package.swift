// swift-tools-version: 6.2
import PackageDescription

/// Every target is built alike: Swift 6 language mode, explicit existentials, imports that say what they expose.
///
/// Warnings are errors where `CI` is set, so that a newer toolchain's new warning never breaks a user's build.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: settings)
}

func system(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "edge-agent",
    products: [
        .executable(name: "edge-agent", targets: ["EdgeAgent"]),
        .executable(name: "edge-bench", targets: ["Benchmarks"]),
        .executable(name: "edge-crash", targets: ["EdgeCrash"]),
        .executable(name: "edge-demo", targets: ["Demonstration"]),
        .executable(name: "edge-firmware", targets: ["EdgeFirmware"]),
        .library(name: "ModbusKit", targets: ["ModbusKit", "ModbusModel", "SerialPorts"]),
        .library(name: "TelemetryContract", targets: ["TelemetryContract"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Debian's C libraries.
        system("CModbus", "libmodbus", "libmodbus-dev"),
        system("CMosquitto", "libmosquitto", "libmosquitto-dev"),
        system("CSQLite", "sqlite3", "libsqlite3-dev"),
        system("CYAML", "yaml-0.1", "libyaml-dev"),
        system("COpenSSL", "openssl", "libssl-dev"),

        .systemLibrary(name: "CClock"),

        // Ground floor: values, one thread, the machine's clocks and its serial ports.
        room("BlockingExecutor"),
        room("ExactArithmetic"),
        room("MachineClock", ["CClock"]),
        room("MainLoop"),
        room("ModbusModel", ["ExactArithmetic"]),
        room("SerialPorts"),

        // First floor: the four that the agent is made of, and the contract. They do not know each other.
        room("TelemetryContract", ["ExactArithmetic"]),
        room("ModbusKit", ["BlockingExecutor", "CModbus", "ModbusModel", "SerialPorts"]),
        room("StoreForward", ["BlockingExecutor", "CSQLite"]),
        room("BusProbe", ["BlockingExecutor", "ExactArithmetic", "ModbusModel", "SerialPorts"]),
        room("BrokerLink", ["CMosquitto", "COpenSSL"]),
        room("AgentConfiguration", ["CYAML", "ExactArithmetic", "ModbusModel", "TelemetryContract"]),

        // The firmware's portable core, in C: the same contract on a microcontroller.
        .target(name: "FirmwareCore", path: "Sources/Firmware/core", publicHeadersPath: "include"),
        .target(
            name: "FirmwareLoop", dependencies: ["FirmwareCore"], path: "Sources/Firmware/hal", exclude: ["README.md"],
            publicHeadersPath: "."),
        .executableTarget(
            name: "EdgeFirmware",
            dependencies: ["FirmwareLoop"],
            path: "Sources/Firmware/port/posix",
            exclude: ["Makefile", "README.md"],
            cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("mosquitto"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),

        // The agent.
        room(
            "EdgeAgentCore",
            [
                "AgentConfiguration", "BlockingExecutor", "BrokerLink", "MachineClock", "ModbusKit", "ModbusModel",
                "SerialPorts", "StoreForward", "TelemetryContract", lifecycle, log,
            ]),
        .executableTarget(
            name: "EdgeAgent",
            dependencies: [
                "AgentConfiguration", "BlockingExecutor", "BrokerLink", "BusProbe", "EdgeAgentCore", "ExactArithmetic",
                "LineSimulator", "MainLoop", "ModbusKit", "ModbusModel", "SerialPorts", "StoreForward",
                "TelemetryContract", arguments, log, signals,
            ],
            swiftSettings: settings),

        // What judges the agent: a line of slaves that shares no code with ModbusKit, and a whole field on a bench.
        room("LineSimulator"),
        room("FieldBench", ["CMosquitto"]),
        .executableTarget(
            name: "Demonstration", dependencies: ["FieldBench", "TelemetryContract", arguments, signals],
            swiftSettings: settings),

        // Every figure stands beside the same work done by one plain loop in C.
        .target(name: "BareLoop", dependencies: ["CModbus", "CMosquitto", "CSQLite"], path: "Benchmarks/BareLoop"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BareLoop", "BrokerLink", "FaultMatrix", "FieldBench", "LineSimulator", "StoreForward", arguments,
            ],
            path: "Benchmarks",
            exclude: ["BareLoop"],
            swiftSettings: settings),

        tests("BlockingExecutor"),
        // Whether the machine keeps time, and what a test may conclude where it does not.
        .target(name: "MachineTime", path: "Tests/MachineTime", swiftSettings: settings),
        tests("MachineTime"),
        // The golden vectors, and the Python programs that judge the contract.
        .target(
            name: "ContractPeer",
            dependencies: ["ExactArithmetic", "ModbusModel"],
            path: "Tests/Contract",
            exclude: ["check_contract.py", "make_vectors.py"],
            swiftSettings: settings),
        tests("ExactArithmetic", ["ContractPeer"]),
        tests("TelemetryContract", ["ContractPeer", "ExactArithmetic", "ModbusModel"]),
        tests("ModbusModel", ["ContractPeer", "ExactArithmetic"]),
        // Every fault of the line against the real master; for the tests, and in length for the benchmark.
        .target(
            name: "FaultMatrix",
            dependencies: ["ExactArithmetic", "LineSimulator", "ModbusKit", "ModbusModel"],
            path: "Tests/FaultMatrix",
            swiftSettings: settings),
        tests("SerialPorts", ["LineSimulator"]),
        tests(
            "ModbusKit",
            ["ExactArithmetic", "FaultMatrix", "LineSimulator", "MachineTime", "ModbusModel", "SerialPorts"]),
        .testTarget(
            name: "FirmwareTests",
            dependencies: ["ContractPeer", "ExactArithmetic", "FirmwareCore", "ModbusModel", "TelemetryContract"],
            swiftSettings: settings),
        .testTarget(
            name: "FirmwareEndToEndTests",
            dependencies: ["ExactArithmetic", "FieldBench", "LineSimulator", "MachineTime", "TelemetryContract"],
            swiftSettings: settings),
        .testTarget(
            name: "StoreForwardTests",
            dependencies: ["BlockingExecutor", "SpoolWriter", "StoreForward", "WriteRecorder"],
            exclude: ["Fixtures"],
            swiftSettings: settings),
        // Stands between SQLite and its files: writes down what happens to them, and makes them fail.
        .target(name: "WriteRecorder", dependencies: ["CSQLite"], path: "Tests/WriteRecorder"),
        // A process of its own, for the tests that kill one.
        .executableTarget(
            name: "SpoolWriter", dependencies: ["StoreForward"], path: "Tests/SpoolWriter", swiftSettings: settings),
        tests("BrokerLink", ["FieldBench", "MachineTime"]),
        .testTarget(
            name: "AgentConfigurationTests",
            dependencies: ["AgentConfiguration", "ExactArithmetic", "ModbusModel", "TelemetryContract"],
            exclude: ["Faults"],
            swiftSettings: settings),
        tests(
            "EdgeAgentCore",
            [
                "AgentConfiguration", "BrokerLink", "ExactArithmetic", "FieldBench", "LineSimulator", "MachineClock",
                "MachineTime", "ModbusKit", "ModbusModel", "StoreForward", "TelemetryContract", log,
            ]),
        tests("EdgeAgent", ["AgentConfiguration", "BrokerLink", "BusProbe", "EdgeAgentCore", "TelemetryContract"]),
        tests("LineSimulator", ["MachineTime"]),
        tests(
            "BusProbe",
            ["AgentConfiguration", "ExactArithmetic", "LineSimulator", "MachineTime", "ModbusModel", "SerialPorts"]),
        tests("MachineClock"),
        tests("MainLoop"),
        tests("FieldBench"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "ExactArithmetic", "FieldBench", "LineSimulator", "MachineTime", "ModbusModel", "TelemetryContract",
            ],
            swiftSettings: settings),
        // Kills, cuts and full disks by a seeded plan, and the oracle that says what they cost.
        .target(
            name: "CrashHarness",
            dependencies: ["ContractPeer", "FieldBench", "LineSimulator", "StoreForward"],
            path: "Tests/CrashHarness",
            swiftSettings: settings),
        .executableTarget(
            name: "EdgeCrash", dependencies: ["CrashHarness", "FieldBench", arguments], path: "Tests/EdgeCrash",
            swiftSettings: settings),
        tests("CrashHarness", ["FieldBench"]),
    ]
)
