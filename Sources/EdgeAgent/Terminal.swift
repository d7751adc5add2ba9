import ArgumentParser
import BusProbe
import EdgeAgentCore
import Glibc

/// Standard output and standard error, without a library between.
enum Terminal {
    /// Writes a line to standard output: what was asked for.
    static func say(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    /// Writes a line to standard error: everything else.
    static func complain(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    /// Writes all of a text in as few calls as the kernel lets it.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // A reader that has gone away is nothing that could be reported anywhere.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a message to standard error: one line where a program reads it, fitted to the screen where a person does.
    static func complainLine(_ text: String) {
        complain(isatty(STDERR_FILENO) == 1 ? text.wrapped(hanging: "  ") : text)
    }

    /// Runs a command's body; a fault is said in words and becomes the exit status.
    ///
    /// - Parameters:
    ///   - wraps: Whether the words are fitted to a narrow terminal, also where no terminal is.
    ///   - language: The language of the words; that of this run by default.
    static func ending(
        wrapping wraps: Bool = false, in language: Language = .ofThisRun, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let fault as AgentFault {
            let words = "edge-agent: \(fault.words.said(in: language))"
            if wraps { complain(words.wrapped(hanging: "  ")) } else { complainLine(words) }
            throw ExitCode(fault.status.rawValue)
        }
    }
}
