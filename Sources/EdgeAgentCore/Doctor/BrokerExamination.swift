internal import AgentConfiguration
internal import BrokerLink
internal import TelemetryContract

/// The way to the broker, gone once under a client id of its own, so that a running agent is not thrown off.
struct BrokerExamination {
    let settings: BrokerSettings
    let topics: Topics
    let message: [UInt8]
    let now: Int64

    /// An attempt is over by itself after 20 s, once the name is found: what is silent for longer waits for a name server.
    static let patience: Duration = .seconds(30)

    private static let publishToken: Int64 = 1
    private static let subscribeToken: Int64 = 2

    init(_ configuration: AgentConfiguration, mac: MACAddress, clockFloor: Int64, now: WallClock.Moment) {
        var settings = configuration.brokerSettings(clientID: "\(mac)-doctor")
        settings.clockFloor = clockFloor
        self.settings = settings
        topics = Topics(mac)
        message = Self.message(mac, at: now.utc)
        self.now = now.seconds
    }

    /// An answer to a command that nobody gave, in the contract's form: contract/ack.schema.json.
    ///
    /// `acks` is the topic on which a message changes nothing: telemetry would be a reading, and a status message would
    /// take the place of the retained one.
    static func message(_ mac: MACAddress, at now: UTCSecond) -> [UInt8] {
        Array(
            (#"{"gateway_mac":"\#(mac)","cmd_id":"doctor","type":"doctor","status":"done","code":"ok","#
                + #""message":"edge-agent doctor: a trial, no answer to a command","at":"\#(now)","result":{}}"#).utf8)
    }

    /// Goes the way; `report` is given each finding as it is known, and `begin` each phase that is waited for.
    func run(begin: (Doctor.Phase) -> Void, report: (Doctor.BrokerFinding) -> Void) async {
        let link = BrokerLink(settings: settings)
        begin(.name)
        link.start()
        let findings = await follow(link, begin)
        await link.stop(within: .milliseconds(600))
        for phase in Doctor.Phase.allCases { report(findings.first { $0.phase == phase } ?? .notTried(phase)) }
    }

    /// What the first two phases were like where no certificate can be shown.
    static func atTheDoor(_ settings: BrokerSettings, _ failure: LinkFailure?) -> [Doctor.BrokerFinding] {
        let reached: [Doctor.BrokerFinding] = [
            .nameFound(host: settings.host), .reached(host: settings.host, port: Int(settings.port)),
        ]
        let failed = failure.map { Doctor.BrokerFinding.failed(Doctor.Phase(of: $0), $0) }
        return Doctor.Phase.allCases.map { phase in
            if let failed, phase == failed.phase { return failed }
            let passed = failed.map { $0.phase == .name ? [] : [reached[0]] } ?? reached
            return passed.first { $0.phase == phase } ?? .notTried(phase)
        }
    }

    private func follow(
        _ link: BrokerLink, _ begin: (Doctor.Phase) -> Void
    ) async -> [Doctor.BrokerFinding] {
        let alarm = Task {
            try await Task.sleep(for: Self.patience)
            await link.stop(within: .milliseconds(400))
        }
        defer { alarm.cancel() }
        var findings: [Doctor.BrokerFinding] = []
        for await event in link.events {
            switch event {
            case .connected(let connection):
                alarm.cancel()
                findings = passed(before: nil, connection)
                begin(.publish)
                // One message, and one subscription that ends with the session.
                guard link.publish(token: Self.publishToken, topic: topics.acks, payload: message),
                    link.subscribe(token: Self.subscribeToken, filter: topics.commandsFilter)
                else { return findings }
            case .acknowledged(Self.publishToken, let reason): findings.append(published(reason))
            case .subscribed(Self.subscribeToken, let reason): findings.append(subscribed(reason))
            case .failed(let failure, _): return findings + failed(failure, after: findings)
            case .acknowledged, .subscribed, .announced: continue
            case .stopped: return findings.isEmpty ? [.nameTooSlow(host: settings.host)] : findings
            }
            if Set(findings.map(\.phase)).count == Doctor.Phase.allCases.count { return findings }
        }
        return findings
    }

    private func published(_ reason: ReasonCode) -> Doctor.BrokerFinding {
        if reason == .noMatchingSubscribers { return .unheard(topic: topics.acks) }
        return reason.isPositive ? .published(topic: topics.acks) : .publishDenied(topic: topics.acks, reason)
    }

    private func subscribed(_ reason: ReasonCode) -> Doctor.BrokerFinding {
        reason.isPositive
            ? .subscribed(filter: topics.commandsFilter) : .subscribeDenied(filter: topics.commandsFilter, reason)
    }

    private func failed(_ failure: LinkFailure, after findings: [Doctor.BrokerFinding]) -> [Doctor.BrokerFinding] {
        // It stood, and broke while an answer was owed.
        if !findings.isEmpty {
            return [.failed(findings.contains { $0.phase == .publish } ? .subscribe : .publish, failure)]
        }
        let phase = Doctor.Phase(of: failure)
        return passed(before: phase, nil) + [.failed(phase, failure)]
    }

    private func passed(before phase: Doctor.Phase?, _ connection: Connection?) -> [Doctor.BrokerFinding] {
        let all: [Doctor.BrokerFinding] = [
            .nameFound(host: settings.host), .reached(host: settings.host, port: Int(settings.port)),
            .encrypted(connection?.security), certificate(connection?.certificateEnds),
            .welcomed(client: settings.clientID),
        ]
        return Array(all.prefix { $0.phase != phase })
    }

    private func certificate(_ end: Int64?) -> Doctor.BrokerFinding {
        guard let end else { return .certificateValid(until: nil, days: nil) }
        let days = (end - now) / 86_400
        return days < Doctor.fewDays
            ? .certificateEndsSoon(until: end, days: days) : .certificateValid(until: end, days: days)
    }
}
