import Foundation

/// All figures of a run with the machine that they were measured on.
struct Report: Encodable {
    var machine = Machine.current()
    var date = Date().formatted(.iso8601)
    let figures: [Figure]
    let isQuick: Bool

    /// A table that stands in a README as it is.
    var markdown: String {
        let head = [
            "\(date.prefix(10)), \(machine.processor) (\(machine.processors) processors), Linux \(machine.kernel),",
            "libmodbus \(machine.libmodbus), libmosquitto \(machine.libmosquitto), SQLite \(machine.sqlite)."
                + (isQuick ? " A quick run: a test of the measuring, not figures to quote." : ""),
            "", "| figure | measured | limit of the same run | ratio | goal | reached? |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        let rows = figures.enumerated().map { row($1, note: notes[$0].isEmpty ? nil : $0) }
        return (head + rows + footnotes).joined(separator: "\n") + "\n"
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    private var notes: [String] {
        figures.map { figure in
            let disturbed =
                figure.disturbances.isEmpty ? [] : ["disturbed: " + figure.disturbances.joined(separator: ", ")]
            return (figure.remarks + disturbed).joined(separator: "; ")
        }
    }

    /// The same note is written once, for all figures that have it.
    private var footnotes: [String] {
        let all = distinctNotes
        return all.isEmpty ? [] : [""] + all.enumerated().map { "\($0 + 1). \($1)." }
    }

    private var distinctNotes: [String] {
        notes.reduce(into: []) { all, note in if !note.isEmpty, !all.contains(note) { all.append(note) } }
    }

    private func row(_ figure: Figure, note index: Int?) -> String {
        let number = index.flatMap { distinctNotes.firstIndex(of: notes[$0]) }.map { " (\($0 + 1))" } ?? ""
        let limit = figure.limit.map { "\(figure.quantity($0)), \(figure.limitName)" } ?? ""
        let goal =
            switch figure.goal {
            case .measured(let bound): "≤ \(figure.quantity(bound))"
            case .ratio(let bound): "≤ \(String(format: "%.2f", bound))"
            case .ratioAtLeast(let bound): "≥ \(String(format: "%.2f", bound))"
            case nil: ""
            }
        let reached = figure.isReached.map { $0 ? "yes" : "no" } ?? ""
        let disturbed = figure.disturbances.isEmpty ? "" : reached.isEmpty ? "disturbed" : ", disturbed"
        let cells = [
            figure.name + number, figure.quantity(figure.measured), limit,
            figure.ratio.map(Figure.three) ?? "", goal, reached + disturbed,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }
}
