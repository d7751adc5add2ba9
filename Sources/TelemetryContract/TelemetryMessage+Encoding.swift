internal import ExactArithmetic

extension TelemetryMessage {
    /// The canonical bytes of the message: the same from every implementation of the contract.
    public func encoded() -> [UInt8] {
        // The fixed text is 68 bytes for a message and 46 for a reading; escapes, which are rare, let the buffer grow.
        let readingsSize = readings.reduce(0) { size, reading in
            size + 48 + reading.code.utf8.count + reading.value.text.utf8.count + reading.unit.utf8.count
        }
        var writer = JSONWriter(reserving: 100 + readingsSize)
        writer.json(#"{"gateway_mac":""#)
        writer.json(gateway.description)
        writer.json(#"","timestamp":""#)
        writer.json(timestamp.description)
        writer.json(#"","leituras":["#)
        for (index, reading) in readings.enumerated() {
            writer.json(index == 0 ? #"{"dispositivo_codigo":"# : #",{"dispositivo_codigo":"#)
            writer.string(reading.code)
            writer.json(#","valor":"#)
            writer.json(reading.value.text)
            writer.json(#","unidade":"#)
            writer.string(reading.unit)
            writer.json("}")
        }
        writer.json("]}")
        return writer.bytes
    }
}
