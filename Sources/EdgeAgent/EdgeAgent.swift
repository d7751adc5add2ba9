import ArgumentParser

/// The command line: each command in a file of its own.
@main
struct EdgeAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge-agent",
        abstract: "Reads utility meters over Modbus RTU and gets every reading to the broker.",
        discussion: """
            A gateway polls up to eight meters on one RS-485 line, stores what it read on disk, and publishes it over \
            MQTT with mutual TLS. What was stored stays until the broker has it, through outages of days or months.

            Commands end with the statuses of sysexits.h: 64 wrong usage, 65 a spool that is not ours, 66 a file or \
            port is missing, 68 the broker's name is unknown, 69 it cannot be reached, 73 a file cannot be made, 74 the \
            disk or the port failed, 75 try again later, 76 the broker's certificate is not trusted, 77 not permitted, \
            78 the configuration or a certificate is wrong.
            """,
        version: Release.version,
        subcommands: [
            RunCommand.self, CheckCommand.self, DoctorCommand.self, ProbeCommand.self, SimulateCommand.self,
            SpoolCommand.self,
        ])
}
