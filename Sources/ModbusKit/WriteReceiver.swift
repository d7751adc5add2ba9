internal import ModbusModel

/// Finds the acknowledgement of one write among whatever the line brings.
///
/// It repeats function, address, and the value or the count (Modbus V1.1b3 §6.5, §6.6, §6.11, §6.12). That of a single
/// write equals its request, byte for byte: where an adapter is known to echo, the second copy counts.
struct WriteReceiver: LineReceiver {
    private let expected: [UInt8]
    private let refusal: [UInt8]
    private var copiesToCome: Int
    private var bytes: [UInt8] = []

    init(to request: WriteRequest, of slave: SlaveAddress, lineEchoes: Bool) {
        expected = Checksum.sealed([slave.rawValue] + request.body.prefix(5))
        refusal = [slave.rawValue, request.function | 0x80]
        copiesToCome = lineEchoes && request.words.count == 1 && request.function <= 6 ? 1 : 0
    }

    mutating func take(_ chunk: some Sequence<UInt8>) -> AnswerReceiver.Answer? {
        bytes += chunk
        var start = 0
        while start + 5 <= bytes.count {
            if bytes[start...].starts(with: expected) {
                if copiesToCome == 0 { return .data([]) }
                copiesToCome -= 1
                bytes.removeFirst(start + expected.count)
                start = 0
                continue
            }
            if bytes[start...].starts(with: refusal), Checksum.isRight(bytes[start..<start + 5]) {
                return .exception(bytes[start + 2])
            }
            start += 1
        }
        return nil
    }

    /// Unknown: the acknowledgement may begin anywhere.
    var missing: Int? { nil }

    var rubbish: AnswerReceiver.Rubbish { bytes.isEmpty ? .nothing : .other }
}
