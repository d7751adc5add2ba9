import FieldBench

/// One disturbance while it lasts: how it begins, what it does to a dead agent's files, and how it ends.
struct Trouble {
    private let disturbance: Disturbance?
    private let victim: CrashGateway
    private let field: CrashField
    private let birth = Clock.now

    init(_ disturbance: Disturbance?, _ victim: CrashGateway, _ field: CrashField) {
        self.disturbance = disturbance
        self.victim = victim
        self.field = field
    }

    func begin() async throws {
        switch disturbance {
        case .cut(let manner): victim.relay.cut(manner)
        case .wire(let conditions, _): try victim.relay.set(conditions)
        case .brokerPauses: try await field.broker.pause()
        case .brokerRestarts: try await field.broker.stop()
        case .brokerDies: try await field.killBroker()
        case .clock(let offset): try victim.clock?.step(to: offset)
        case .diskFull: try victim.disk?.fill()
        case .damage, nil: break
        }
    }

    func whileDead() throws {
        if case .damage(let bits, let places) = disturbance { try victim.damage(bits: bits, places: places) }
    }

    func end() async throws {
        switch disturbance {
        case .wire(_, let time):
            try await Task.sleep(for: time)
            try victim.relay.set(CrashGateway.wire)
        case .brokerPauses(let time):
            try await Task.sleep(for: time)
            field.broker.resume()
        case .brokerRestarts(let time):
            try await Task.sleep(for: time)
            try await field.broker.start()
        case .diskFull(let time):
            try await Task.sleep(for: time)
            victim.disk?.empty()
            victim.wasWithoutDisk(birth..<Clock.now)
        case .cut, .brokerDies, .clock, .damage, nil: break
        }
    }
}
