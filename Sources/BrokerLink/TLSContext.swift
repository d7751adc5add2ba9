internal import COpenSSL

/// The TLS settings of one attempt, read anew from the files each time, so that a renewed certificate is taken.
///
/// The context is wholly ours, and the library's defaults are off: only so do we learn why a certificate was refused,
/// by us or by the broker. The host name is verified by OpenSSL itself.
struct TLSContext: ~Copyable {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    static func make(
        _ settings: BrokerSettings,
        record: ConnectionRecord,
        now: Int64
    ) throws(LinkFailure) -> TLSContext {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(TLS_client_method()) else {
            throw .credentials("OpenSSL gives no TLS context: \(X509Reading.takeError())", "restart the agent")
        }
        let context = TLSContext(pointer)
        record.observe(context: pointer)
        try context.load(settings)
        try context.demandName(of: settings)
        if now < settings.clockFloor {
            X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(pointer), Int(settings.clockFloor))
        }
        return context
    }

    private func load(_ settings: BrokerSettings) throws(LinkFailure) {
        _ = SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        // Without it an encrypted key would ask for its password at the terminal.
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
        guard SSL_CTX_load_verify_file(pointer, settings.caFile) == 1,
            SSL_CTX_use_certificate_chain_file(pointer, settings.certificateFile) == 1,
            SSL_CTX_use_PrivateKey_file(pointer, settings.keyFile, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(pointer) == 1
        else {
            throw .credentials(settings, said: X509Reading.takeError())
        }
    }

    private func demandName(of settings: BrokerSettings) throws(LinkFailure) {
        let judge = SSL_CTX_get0_param(pointer)
        let isNamed =
            AddressLookup.isAddress(settings.host)
            ? X509_VERIFY_PARAM_set1_ip_asc(judge, settings.host)
            : X509_VERIFY_PARAM_set1_host(judge, settings.host, 0)
        guard isNamed == 1 else {
            // Never go on without it: every certificate of the same authority would pass for the broker's.
            throw .credentials(
                "the broker's name \(settings.host) cannot be verified: \(X509Reading.takeError())",
                "correct broker.host"
            )
        }
    }

    deinit {
        SSL_CTX_free(pointer)
    }
}

extension LinkFailure {
    fileprivate static func credentials(_ detail: String, _ advice: String) -> LinkFailure {
        LinkFailure(phase: .credentials, code: .file, detail: detail, advice: advice)
    }

    /// Says which of the files is the culprit.
    fileprivate static func credentials(_ settings: BrokerSettings, said: String) -> LinkFailure {
        do {
            _ = try DeviceCertificate(
                certificateFile: settings.certificateFile,
                keyFile: settings.keyFile,
                caFile: settings.caFile
            )
        } catch  where error.problem != .keyOpenToAll {
            return credentials("\(error.file): \(error.problem.words)", error.advice)
        } catch {
            // The mode of a file keeps nobody off the air.
        }
        return credentials(
            "the certificate files cannot be used: \(said)",
            "check \(settings.caFile), \(settings.certificateFile) and \(settings.keyFile)"
        )
    }
}
