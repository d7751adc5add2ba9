extension QualityReport {
    /// The verdict on the whole line, in words.
    public var gradeWords: Words { PageWords(grade).grade }

    /// One page to print and to attach to the work order.
    public func page(in language: Language) -> String {
        let rows = slaves.map { slave in
            """
            <tr class="\(slave.failureShare == 0 ? "good" : slave.failureShare < 0.01 ? "usable" : "bad")">\
            <td>\(slave.slave)</td><td>\(slave.asked)</td><td>\(slave.lost)</td><td>\(slave.broken)</td>\
            <td>\(slave.medianMilliseconds)</td><td>\(slave.p95Milliseconds)</td><td>\(slave.p99Milliseconds)</td>\
            <td>\(slave.proposedTimeoutMilliseconds) ms</td><td>\(slave.proposedGap)</td></tr>
            """
        }.joined(separator: "\n")
        let words = PageWords(grade)
        return """
            <!DOCTYPE html>
            <html lang="\(language == .english ? "en" : "pt-BR")">
            <head><meta charset="utf-8"><title>\(words.title.said(in: language))</title>
            <style>
            @page { size: A4; margin: 18mm }
            body { font: 11pt/1.45 system-ui, sans-serif; color: #111; max-width: 174mm; margin: 2em auto }
            h1 { font-size: 17pt; margin: 0 0 .2em } .grade { font-size: 14pt; font-weight: 600 }
            table { border-collapse: collapse; width: 100%; margin: 1em 0; font-variant-numeric: tabular-nums }
            th, td { border-bottom: 1px solid #bbb; padding: .3em .5em; text-align: right }
            th { font-weight: 600; vertical-align: bottom } tr.usable td { background: #fff6d6 }
            tr.bad td { background: #fde2e2 } .sign { margin-top: 4em; display: flex; gap: 2em }
            .sign div { flex: 1; border-top: 1px solid #111; padding-top: .3em }
            @media print { tr { -webkit-print-color-adjust: exact; print-color-adjust: exact } }
            </style></head>
            <body>
            <h1>\(words.title.said(in: language))</h1>
            <p>\(port.escaped) · \(baud) \(format) · \(at)</p>
            <p class="grade">\(words.grade.said(in: language))</p>
            <table><thead><tr>\(words.columns.map { "<th>\($0.said(in: language))</th>" }.joined())</tr></thead>
            <tbody>
            \(rows)
            </tbody></table>
            <p>\(words.stray.said(in: language)): \(strayBytes)\(kernelCounts(language))</p>
            <div class="sign">\(words.signatures.map { "<div>\($0.said(in: language))</div>" }.joined())</div>
            </body></html>

            """
    }

    private func kernelCounts(_ language: Language) -> String {
        guard let framingErrors, let parityErrors else { return "" }
        let framing = Words(en: "framing errors", pt: "erros de quadro (framing)").said(in: language)
        let parity = Words(en: "parity errors", pt: "erros de paridade").said(in: language)
        return " · \(framing): \(framingErrors) · \(parity): \(parityErrors)"
    }
}

/// What stands on the page around the figures.
struct PageWords {
    let title = Words(en: "Quality of an RS-485 line", pt: "Qualidade de uma linha RS-485")
    let grade: Words
    let columns = [
        Words(en: "slave", pt: "escravo"), Words(en: "questions", pt: "perguntas"), Words(en: "lost", pt: "perdidas"),
        Words(en: "broken", pt: "corrompidas"), Words(en: "half within, ms", pt: "metade em até, ms"),
        Words(en: "95 % within, ms", pt: "95 % em até, ms"), Words(en: "99 % within, ms", pt: "99 % em até, ms"),
        Words(en: "timeout", pt: "timeout"), Words(en: "max. gap", pt: "lacuna máx."),
    ]
    let stray = Words(en: "Bytes that belong to no answer", pt: "Bytes que não pertencem a nenhuma resposta")
    let signatures = [
        Words(en: "Place and date", pt: "Local e data"), Words(en: "Installer", pt: "Instalador"),
        Words(en: "Customer", pt: "Cliente"),
    ]

    init(_ grade: QualityReport.Grade) {
        self.grade =
            switch grade {
            case .good: Words(en: "Good: nothing was lost.", pt: "Boa: nada se perdeu.")
            case .usable:
                Words(
                    en: "Usable: less than one question in a hundred was lost; retries make up for it.",
                    pt: "Utilizável: menos de uma pergunta em cem se perdeu; as repetições compensam.")
            case .bad:
                Words(en: "Bad: mend the line, then measure again.", pt: "Ruim: conserte a linha e meça de novo.")
            }
    }
}

extension String {
    fileprivate var escaped: String {
        reduce(into: "") { text, letter in
            switch letter {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(letter)
            }
        }
    }
}
