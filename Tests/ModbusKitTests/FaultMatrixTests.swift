import FaultMatrix
import Testing

extension OnTheLine {
    @Suite struct FaultMatrixTests {
        @Test func `no fault, alone or mixed, has a value published that the slave did not give in that cycle`()
            async throws
        {
            let matrix = try await FaultMatrix.run(requests: 5_000)
            #expect(matrix.wrong.isEmpty, "\(matrix.wrong.prefix(10))")
            #expect(matrix.old.isEmpty, "\(matrix.old.prefix(10))")
            for trial in matrix.trials {
                // Where hardly a request is spared there may be no value at all, but never a wrong one.
                if trial.struck < trial.requests / 2 { #expect(trial.right > 0, "\(trial.name), \(trial.map)") }
                if trial.share >= 0.2 { #expect(trial.struck > 0, "\(trial.name) was never seen") }
            }
            print(matrix.markdown)
        }
    }
}
