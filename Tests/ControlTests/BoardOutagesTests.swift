import Control
import Kernel
import Testing

struct BoardOutagesTests {
    @Test func `an outage is known to all until it is over, each app's by itself`() throws {
        let board = try Board()
        let reader = try Board(adopting: board.words.descriptor.duplicate().release())
        #expect(reader.outage(ofApp: 5) == nil)
        board.setOutage(.init(incident: 7, until: 1000), ofApp: 5)
        board.setOutage(.init(incident: 9, until: 2000), ofApp: 5 + 1 << 42)
        #expect(reader.outage(ofApp: 5) == .init(incident: 7, until: 1000))
        #expect(reader.outage(ofApp: 5 + 1 << 42) == .init(incident: 9, until: 2000))
        board.setOutage(.init(incident: 0, until: .max), ofApp: 5)
        #expect(reader.outage(ofApp: 5) == .init(incident: 0, until: .max))
        board.setOutage(nil, ofApp: 5)
        #expect(reader.outage(ofApp: 5) == nil && reader.outage(ofApp: 5 + 1 << 42)?.incident == 9)
    }

    @Test func `where there is no room left an app has none`() throws {
        let board = try Board()
        for app in 1...1024 { board.setOutage(.init(incident: app, until: 1), ofApp: UInt64(app)) }
        board.setOutage(.init(incident: 1, until: 1), ofApp: 5000)
        #expect(board.outage(ofApp: 5000) == nil && board.outage(ofApp: 1024)?.incident == 1024)
    }
}
