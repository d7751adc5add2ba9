import Foundation
import LineSimulator

/// The meter that every gateway reads: each of its values says which register it is and which reading it was.
///
/// Reading number n shows 10·n + r in register r. So no two cycles are alike, and a value that slipped into another
/// point or into another moment gives itself away.
public enum Meter {
    static let registers = 4
    static let unit = "m³"

    /// The slave, whose next answer is reading number `first`.
    static func slave(from first: Int) -> SimulatedSlave {
        var slave = SimulatedSlave(id: 1, turnaround: .milliseconds(2))
        for register in 0..<registers {
            slave.set(
                .holdingRegisters, UInt16(2 * register),
                .counting(from: Int64(10 * first + register), by: 10, per: .read, as: .uint32))
        }
        return slave
    }

    /// The points as the agent's configuration has them.
    static var configuration: String {
        "  - id: 1\n    points:\n"
            + (0..<registers).map {
                "      - { code: R\($0), register: \(40_001 + 2 * $0), type: uint32, unit: \(unit) }\n"
            }.joined()
    }

    /// Which reading an answer on the line was; nil if it was none.
    static func reading(in exchange: Exchange) -> Int? {
        // A broken answer was never read: this line breaks none.
        guard !exchange.answer.isEmpty, exchange.words.count == 2 * registers else { return nil }
        return (Int(exchange.words[0]) << 16 | Int(exchange.words[1])) / 10
    }

    /// The bytes that a reading has to have, whenever they arrive.
    public static func payload(mac: String, reading: Int, stamp: Int64) -> [UInt8] {
        let points = (0..<registers).map {
            #"{"dispositivo_codigo":"R\#($0)","valor":\#(10 * reading + $0),"unidade":"\#(unit)"}"#
        }
        let text =
            #"{"gateway_mac":"\#(mac)","timestamp":"\#(utc(stamp))","leituras":[\#(points.joined(separator: ","))]}"#
        return Array(text.utf8)
    }

    /// What a payload says of itself, believed only after it was made anew and compared.
    static func claims(of payload: [UInt8]) -> (reading: Int, stamp: Int64)? {
        let text = String(decoding: payload, as: UTF8.self)
        guard
            let stamp = text.firstRange(of: #""timestamp":""#).flatMap({ seconds(text[$0.upperBound...].prefix(20)) }),
            let value = text.firstRange(of: #""valor":"#).flatMap({ Int(text[$0.upperBound...].prefix { $0.isNumber }) }
            )
        else { return nil }
        return (value / 10, stamp)
    }

    private static func utc(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Lenient: a wrong form is found when the payload is made anew.
    private static func seconds(_ text: Substring) -> Int64? {
        let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 6 else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1_900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        return Int64(timegm(&parts))
    }
}
