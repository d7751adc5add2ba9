import Testing

@testable import EdgeAgentCore

@Suite struct DeliveryWindowTests {
    @Test func `no more than the window is in flight`() {
        var window = DeliveryWindow(size: 3)
        for sequence in 1...3 as ClosedRange<Int64> { window.offered(sequence) }
        #expect(window.room == 0)
        window.took(2)
        #expect(window.room == 0, "a crash now would send it twice")
        let taken = window.takeConfirmed()
        #expect(window.room == 0)
        window.removed(taken.count)
        #expect(window.room == 1)
    }

    @Test(arguments: [(20, 19), (2, 1), (1, 1)])
    func `the last slot is kept for what is being read, where there are two`(size: Int, room: Int) {
        #expect(DeliveryWindow(size: size).roomForBacklog(expectingFresh: true) == room)
        #expect(DeliveryWindow(size: size).roomForBacklog(expectingFresh: false) == size)
    }

    @Test func `only what the broker took is given for removal, and only once`() {
        var window = DeliveryWindow(size: 3)
        for sequence in 1...3 as ClosedRange<Int64> { window.offered(sequence) }
        window.took(1)
        let answers = [window.refused(2), window.refused(2)]
        #expect(answers == [true, false])
        #expect(window.takeConfirmed() == [1])
        #expect(window.takeConfirmed().isEmpty)
        window.took(1)
        #expect(window.confirmed.isEmpty, "an acknowledgement that comes twice removes nothing")
        window.took(2)
        #expect(window.confirmed.isEmpty, "a refused message was not taken")
    }

    @Test func `a lost link voids what was in flight`() {
        var window = DeliveryWindow(size: 3)
        window.offered(7)
        window.offered(8)
        window.startOver()
        #expect(window.room == 3 && !window.holds(7))
        window.took(7)
        #expect(window.confirmed.isEmpty, "an answer of a session that is gone counts for nothing")
    }

    @Test func `what could not be removed is kept for the next try, in order`() {
        var window = DeliveryWindow(size: 3)
        for sequence in 1...3 as ClosedRange<Int64> {
            window.offered(sequence)
            window.took(sequence)
        }
        let batch = window.takeConfirmed()
        window.offered(4)
        window.took(4)
        window.putBack(batch)
        #expect(window.takeConfirmed() == [1, 2, 3, 4])
    }
}
