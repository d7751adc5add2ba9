import FaultMatrix
import MachineTime
import Testing

extension OnTheLine {
    @Suite struct FaultMatrixTests {
        @Test(.judgesValues)
        func `no fault, alone or mixed, has a value published that the slave did not give in that cycle`() async throws
        {
            let matrix = try await FaultMatrix.run(requests: 5_000)
            #expect(matrix.wrong.isEmpty, "\(matrix.wrong.prefix(10))")
            #expect(matrix.old.isEmpty, "\(matrix.old.prefix(10))")
            // On a machine that is too busy for the timeouts of a trial it may bring no value at all, but never a wrong one.
            for (name, trials) in Dictionary(grouping: matrix.trials, by: \.name) {
                #expect(trials.contains { $0.right > 0 }, "\(name)")
            }
            for trial in matrix.trials {
                if trial.share >= 0.2 { #expect(trial.struck > 0, "\(trial.name) was never seen") }
            }
            print(matrix.markdown)
        }
    }
}
