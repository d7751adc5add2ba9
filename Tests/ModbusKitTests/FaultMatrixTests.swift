import FaultMatrix
import Testing

extension OnTheLine {
    @Suite struct FaultMatrixTests {
        @Test func `no fault, alone or mixed, has a value published that the slave did not give in that cycle`()
            async throws
        {
            let matrix = try await FaultMatrix.run(requests: 5_000)
            #expect(matrix.wrong.isEmpty, "\(matrix.wrong.prefix(10))")
            for trial in matrix.trials {
                #expect(trial.right > 0, "\(trial.name), \(trial.map)")
                if trial.share >= 0.2 { #expect(trial.struck > 0, "\(trial.name) was never seen") }
            }
            print(matrix.markdown)
        }
    }
}
