import FieldBench
import Foundation
import LineSimulator
import MachineTime
import Testing

extension EndToEndOutages {
    /// `edge-agent spool`, by the built binary, beside the running agent and without one.
    @Suite(.judgesValues) struct SpoolCommandTests {
        @Test func `stats and list agree with the line, beside a running agent and without one`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            let agent = try gateway.start()
            try await gateway.polls(3)
            let beside = try await gateway.stats()
            #expect(beside.accepted >= 2 && beside.accepted == beside.sum)
            #expect(try await gateway.list().count >= beside.accepted)
            #expect(try await agent.stop() == .status(0))

            let without = try await gateway.stats()
            let count = without.accepted
            #expect((gateway.answered - 1...gateway.answered).contains(count), "all but one that was under way")
            #expect(without.waiting == count && without.sum == count)
            let listed = try await gateway.list()
            #expect(listed.map(\.sequence) == (1...Int64(count)).map { $0 })
            #expect(listed.allSatisfy { $0.state == "waiting" && $0.payload == nil && $0.bytes ?? 0 > 0 })
            #expect(listed.first?.stamp == without.oldestWaiting)
            #expect(listed.reduce(0) { $0 + ($1.bytes ?? 0) } == without.payloadBytes)
            let words = try await gateway.spoolCommand("stats").output.text
            #expect(words.contains("accepted                 \(count)\n"), "\(words)")
            #expect(words.contains("the oldest of \(listed.first?.time ?? "-")"), "\(words)")
            let lines = try await gateway.spoolCommand("list", "--limit", "2").output.text.split(separator: "\n")
            #expect(lines.count == 2 && lines.first?.hasPrefix("1 ") == true && lines.last?.hasPrefix("2 ") == true)
        }

        @Test func `what was exported arrives from another spool, byte for byte and with its stamps`() async throws {
            let old = try await countingGateway(brokerRuns: false)
            try await old.fillSpool(4)
            try await old.askSpool(
                """
                UPDATE message SET state = 135, checksum = NULL WHERE sequence = 2;
                UPDATE message SET state = -1, checksum = NULL WHERE sequence = 3;
                INSERT INTO message(sequence, stamp, payload) VALUES (5, 1600000005, x'00ff0a22c3');
                """)
            let exported = try await old.export()
            #expect(exported.map(\.state) == ["waiting", "refused", "delivered", "waiting", "waiting"])
            #expect(exported.map(\.reason) == [nil, 135, nil, nil, nil])
            #expect(exported.map(\.stamp) == (1...5).map { 1_600_000_000 + $0 })
            #expect(try await exported.map(\.content) == old.storedPayloads())
            #expect(exported.last?.payloadBase64 != nil && exported.last?.payload == nil, "it is not UTF-8")

            // The same gateway's new computer.
            let new = try await countingGateway()
            try await new.makeSpool()
            let file = try await old.folder.write(old.spoolCommand("export").output.text, to: "waiting.ndjson")
            let taken = try await new.spoolCommand("import", file, "--json", byPath: true)
            #expect(try taken.decoded(ImportResult.self) == ImportResult(taken: 4, duplicates: 0, passedOver: 1))
            let waiting = exported.filter { $0.state != "delivered" }
            let imported = try await new.export()
            #expect(imported.map(\.content) == waiting.map(\.content))
            #expect(imported.map(\.stamp) == waiting.map(\.stamp))
            #expect(imported.allSatisfy { $0.state == "imported" && $0.sequence == nil })

            let again = try await new.spoolCommand("import", file, byPath: true)
            #expect(again.output.text == "0 taken, 4 refused as duplicates, 1 passed over\n")

            let subscriber = try await new.subscribe()
            let agent = try new.start()
            let sent = Set(waiting.map(\.content))
            try await eventually("all of it arrives", within: .seconds(20)) {
                Set(subscriber.received.map(\.payload)).isSuperset(of: sent)
            }
            let heard = subscriber.received.map(\.payload).filter(sent.contains)
            #expect(heard == waiting.map(\.content), "in order, each once")
            try await eventually("none of it is left", within: .seconds(20)) {
                try await sent.isDisjoint(with: new.export().map(\.content))
            }
            #expect(try await agent.stop() == .status(0))
            let stats = try await new.stats()
            #expect(stats.accepted == stats.sum)
        }

        @Test func `an import beside a running agent is sent, and another gateway's message is refused`() async throws {
            let gateway = try await countingGateway()
            let other = "02:00:5e:10:00:0f"
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(1)
            func record(_ second: Int, of mac: String) -> String {
                #"{"state":"waiting","stamp":\#(second),"payload":"{\"gateway_mac\":\"\#(mac)\",\"n\":\#(second)}"}"#
            }
            let foreign = try gateway.folder.write(
                record(1_600_000_001, of: Gateway.mac) + "\n" + record(1_600_000_002, of: other) + "\n", to: "foreign")
            let before = try await gateway.stats().accepted
            let refused = try await gateway.spoolCommand("import", foreign, ends: 65)
            #expect(refused.errors.text.contains("line 2: the message is of the gateway \(other)"))
            #expect(refused.errors.text.contains(Gateway.mac) && refused.errors.text.contains("nothing was taken"))
            let nobody = try gateway.folder.write(
                #"{"state":"waiting","stamp":1600000001,"payload":"{}"}"#, to: "nobody")
            #expect(try await gateway.spoolCommand("import", nobody, ends: 65).errors.text.contains("no gateway_mac"))
            #expect(try await gateway.export().allSatisfy { $0.stamp ?? 0 > 1_700_000_000 }, "nothing was taken")

            let own = try gateway.folder.write(
                record(1_600_000_001, of: Gateway.mac) + "\n\n" + record(1_600_000_003, of: Gateway.mac), to: "own")
            #expect(try await gateway.spoolCommand("import", own).output.text.hasPrefix("2 taken, 0 refused"))
            try await eventually("both arrive", within: .seconds(20)) {
                subscriber.received.map(\.text).filter { $0.contains(#""n":16"#) } == [
                    #"{"gateway_mac":"\#(Gateway.mac)","n":1600000001}"#,
                    #"{"gateway_mac":"\#(Gateway.mac)","n":1600000003}"#,
                ]
            }
            try await eventually("the ledger has them") {
                let stats = try await gateway.stats()
                return stats.accepted >= before + 2 && stats.accepted == stats.sum
            }
        }

        @Test(.timeLimit(.minutes(6)))
        func `what is asked for again arrives in its bytes, and is counted apart`() async throws {
            let gateway = try await countingGateway()
            gateway.spoolKeys = ", keep_delivered: 7d"
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(7)
            try await eventually("they are noted as delivered") { try await gateway.stats().kept >= 7 }
            let kept = try await gateway.export().filter { $0.state == "delivered" }
            func times(_ record: Record) -> Int { subscriber.received.count { $0.payload == record.content } }

            let bySequence = try await gateway.spoolCommand("resend", "--from", "2", "--to", "3", "--json")
            #expect(try bySequence.decoded([String: Int].self) == ["asked_for": 2])
            try await eventually("2 and 3 come again", within: .seconds(20)) {
                kept[1...2].allSatisfy { times($0) == 2 }
            }
            let (first, last) = (try #require(kept[4].time), try #require(kept[5].time))
            let byTime = try await gateway.spoolCommand("resend", "--from", first, "--to", last)
            #expect(byTime.output.text == "2 messages will be sent again\n")
            try await eventually("5 and 6 come again", within: .seconds(20)) {
                kept[4...5].allSatisfy { times($0) == 2 }
            }
            try await eventually("they are counted apart") {
                try await gateway.stats().resent == ["requested": 4, "delivered": 4, "waiting": 0]
            }
            #expect([0, 3, 6].allSatisfy { times(kept[$0]) == 1 }, "what was not asked for does not come")
            #expect(try await gateway.agent?.stop() == .status(0))
            let stats = try await gateway.stats()
            #expect(stats.accepted == stats.sum)
            #expect((gateway.answered - 1...gateway.answered).contains(stats.accepted), "none of them counted twice")
            let words = try await gateway.spoolCommand("stats").output.text
            #expect(words.contains("asked for again          4, 4 delivered again"), "\(words)")
            let none = try await gateway.spoolCommand("resend", "--from", "1000000", "--json")
            #expect(try none.decoded([String: Int].self) == ["asked_for": 0])
        }

        @Test func `wrong arguments, missing files and other people's databases are told in words`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            try await gateway.makeSpool()
            func expect(_ words: String..., ends status: Int32, saying text: String) async throws {
                let process = try await gateway.command(["spool"] + words)
                #expect(process.exit == .status(status), "\(words): \(process.errors.text)")
                #expect(process.errors.text.contains(text), "\(words): \(process.errors.text)")
                #expect(process.output.text.isEmpty, "\(words)")
            }
            let path = gateway.spool
            try await expect("stats", ends: 64, saying: "either --config or --path")
            try await expect("stats", "--path", path, "--config", "x", ends: 64, saying: "either --config or --path")
            try await expect("resend", "--path", path, ends: 64, saying: "--from, --to or both")
            try await expect("resend", "--path", path, "--from", "3", "--to", "2", ends: 64, saying: "lies behind")
            try await expect(
                "resend", "--path", path, "--from", "3", "--to", "2026-02-18T14:30:00Z", ends: 64, saying: "both ends")
            try await expect("resend", "--path", path, "--from", "yesterday", ends: 64, saying: "yesterday")
            for command in ["stats", "list", "export", "import"] {
                try await expect(command, "--path", "/nowhere/spool.db", ends: 66, saying: "/nowhere/spool.db")
            }
            try await expect("stats", "--config", "/nowhere/a.yaml", ends: 66, saying: "/nowhere/a.yaml")
            try await expect("import", "--path", path, "/nowhere/file", ends: 66, saying: "/nowhere/file")
            let wrong = try gateway.folder.write(
                #"{"state":"waiting","stamp":1,"payload":"x"}"# + "\nDear", to: "wrong")
            try await expect("import", "--path", path, wrong, ends: 65, saying: "line 2: this is no message")
            let empty = try gateway.folder.write(#"{"state":"waiting","stamp":1,"payload":""}"#, to: "empty")
            try await expect("import", "--path", path, empty, ends: 65, saying: "line 1: payload")
            #expect(try await gateway.list().isEmpty, "nothing was taken")

            let letter = try gateway.folder.write("Dear meter,\n", to: "letter")
            let others = gateway.folder.path("others.db")
            let sqlite = try await ChildProcess.run("sqlite3", [others, "CREATE TABLE song(title)"])
            #expect(sqlite.exit == .status(0))
            for file in [letter, others] {
                let before = try Data(contentsOf: URL(fileURLWithPath: file))
                for command in [["stats"], ["export"], ["import", wrong], ["resend", "--from", "1"]] {
                    let process = try await gateway.command(["spool"] + command + ["--path", file])
                    #expect(process.exit == .status(65) && process.errors.text.contains(file), "\(process.errors.text)")
                }
                #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before, "it was not touched")
            }
        }
    }
}
