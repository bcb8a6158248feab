import Glibc
import Synchronization
import Testing

@testable import Kernel

@Suite struct BackgroundTests {
    @Test func `outcomes come in the order in which they were finished, each with a wake-up`() throws {
        let background = try Background<Int>()
        #expect(background.next() == nil && !isReadable(background.wakeup.descriptor.number, within: 0))
        for number in 1...3 {
            try background.begin { finish in finish(number) }
            try #require(isReadable(background.wakeup.descriptor.number))
            #expect(background.next() == number)
        }
        #expect(background.next() == nil && !isReadable(background.wakeup.descriptor.number, within: 0))
    }

    @Test func `several that have finished wait for each other's taking`() throws {
        let background = try Background<Int>()
        try background.begin { finish in (1...3).forEach(finish) }
        var taken: [Int] = []
        while taken.count < 3, isReadable(background.wakeup.descriptor.number) {
            while let number = background.next() { taken.append(number) }
        }
        #expect(taken == [1, 2, 3])
    }

    @Test func `the work runs beside the loop, and gives way to it`() throws {
        let background = try Background<(thread: UInt, priority: Int32)>()
        try background.begin { finish in finish((pthread_self(), getpriority(Int32(PRIO_PROCESS.rawValue), 0))) }
        try #require(isReadable(background.wakeup.descriptor.number))
        let found = try #require(background.next())
        #expect(found.thread != pthread_self())
        #expect(found.priority == min(getpriority(Int32(PRIO_PROCESS.rawValue), 0) + 5, 19))
    }
}
