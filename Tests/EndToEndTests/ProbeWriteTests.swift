import FieldBench
import Foundation
import Testing

extension EndToEnd {
    /// `edge-agent probe write`: the one way from this program to a write.
    @Suite struct ProbeWriteTests {
        private struct Result: Decodable {
            let slave, address, value: Int
            let table, outcome: String
            let before, now, exception: Int?
        }

        private func write(_ field: ProbeField, _ arguments: String..., ends status: Int32 = 0) async throws -> Result {
            try await field.result(Result.self, ["write", "--slave", "7"] + arguments, ends: status, looks: 1)
        }

        private func holds(_ field: ProbeField) async throws -> Int? {
            try await field.result([ProbeShape.Register].self, ["read", "--slave", "7", "--count", "1"]).first?.value
        }

        @Test func `nothing is written without --yes, and one register with it`() async throws {
            let field = try await ProbeField()
            let look = try await write(field, "--address", "0", "--value", "-2")
            #expect(look.outcome == "not_written" && look.before == 77 && look.value == 65_534)
            #expect(try await holds(field) == 77, "a look changes nothing")
            for (value, arguments) in [(65_534, ["--value", "-2"]), (12, ["--value", "12", "--as-several"])] {
                let before = try await holds(field)
                let done = try await field.result(
                    Result.self, ["write", "--slave", "7", "--address", "0", "--yes"] + arguments, looks: 1)
                #expect(done.outcome == "confirmed" && done.before == before && done.now == value)
                #expect(try await holds(field) == value)
            }
        }

        @Test func `what is refused or not answered is no success, in either language`() async throws {
            let field = try await ProbeField()
            let refused = try await write(field, "--address", "2", "--value", "1", "--yes", ends: 1)
            #expect(refused.outcome == "refused" && refused.exception == 2 && refused.before == nil)
            let silent = try await field.probe(
                "write", "--slave", "9", "--address", "0", "--value", "1", "--yes", "--lang", "pt", ends: 1)
            #expect(silent.output.text.contains("pode ou não ter sido escrito"))
            let wrong = [
                ["--address", "0", "--value", "70000"], ["--address", "0", "--value", "1", "--table", "input"],
            ]
            for arguments in wrong {
                let process = try ChildProcess(
                    Repository.binary("edge-agent"),
                    ["probe", "write", "--slave", "7", "--port", field.port] + arguments)
                #expect(try await process.waitForExit() == .status(64))
            }
            #expect(try await holds(field) == 77)
        }
    }
}
