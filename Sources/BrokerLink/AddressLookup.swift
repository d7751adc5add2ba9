import Glibc

/// A name turned into the addresses behind it, in the order in which they should be tried.
///
/// We look up ourselves, because the library looks up inside its connect: a failed look-up could not be told apart, and
/// without blocking it never tries a second address (a gateway with a broken IPv6 route would stay off the air).
enum AddressLookup {
    /// Asks the system's resolver, which may block for as long as its own timeouts say.
    static func addresses(of host: String) throws(LinkFailure) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        var code = getaddrinfo(host, nil, &hints, &list)
        if code != 0 && code != EAI_AGAIN {
            // AI_ADDRCONFIG hides loopback addresses on a machine that has no other.
            hints.ai_flags = 0
            code = getaddrinfo(host, nil, &hints, &list)
        }
        guard code == 0 else { throw .lookupFailed(host, code) }
        defer { freeaddrinfo(list) }

        var found: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let failed = getnameinfo(
                entry.pointee.ai_addr,
                entry.pointee.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            guard failed == 0 else { continue }
            let address = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            if !address.isEmpty && !found.contains(address) { found.append(address) }
        }
        guard !found.isEmpty else { throw .lookupFailed(host, EAI_NONAME) }
        return found
    }

    /// Whether a text is an address already, and not a name.
    static func isAddress(_ host: String) -> Bool {
        var bytes = in6_addr()
        return inet_pton(AF_INET, host, &bytes) == 1 || inet_pton(AF_INET6, host, &bytes) == 1
    }
}

extension LinkFailure {
    fileprivate static func lookupFailed(_ host: String, _ code: Int32) -> LinkFailure {
        let words = String(cString: gai_strerror(code))
        return LinkFailure(
            phase: .name,
            code: .lookup(code),
            detail: "the broker's name \(host) cannot be resolved: \(words)",
            advice: code == EAI_NONAME
                ? "check the spelling of broker.host, and that DNS knows it"
                : "check the network and its DNS server; the name may be right"
        )
    }
}
