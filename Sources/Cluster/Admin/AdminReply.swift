/// What the master answers: whether it did what was asked, and a message, or the status in JSON.
///
/// On the wire a line `ok LENGTH` or `failed LENGTH`, then so many bytes: a reply that a dying master cut short is not mistaken for a whole one.
package struct AdminReply: Equatable, Sendable {
    package var isOk: Bool
    package var body: [UInt8]
    /// The connection stays open until the master is gone, so that its end can be waited for.
    package var lasts: Bool

    /// In bytes; a status of a thousand crashed processes with their last lines is far below.
    package static let longest = 16 << 20

    package init(isOk: Bool, body: [UInt8], lasts: Bool = false) {
        self.isOk = isOk
        self.body = body
        self.lasts = lasts
    }

    package static func ok(_ message: String) -> AdminReply { AdminReply(isOk: true, body: Array(message.utf8)) }
    package static func failed(_ message: String) -> AdminReply { AdminReply(isOk: false, body: Array(message.utf8)) }
    package static func status(_ status: Status) -> AdminReply { AdminReply(isOk: true, body: status.json) }
    package static func crashes(_ reports: [CrashReport]) -> AdminReply { AdminReply(isOk: true, body: CrashReport.json(reports)) }
    package static func plan(_ plan: ReloadPlan) -> AdminReply { AdminReply(isOk: true, body: plan.json) }
    /// To `stop`, at once.
    package static func stopping(_ message: String) -> AdminReply { AdminReply(isOk: true, body: Array(message.utf8), lasts: true) }

    package var message: String { String(decoding: body, as: UTF8.self) }

    package var bytes: [UInt8] { Array("\(isOk ? "ok" : "failed") \(body.count)\n".utf8) + body }

    /// What reading a reply came to so far.
    package enum Reading: Equatable, Sendable {
        case reply(AdminReply)
        case needsMore
        /// No reply of ours.
        case strange
    }

    package static func read(_ bytes: [UInt8]) -> Reading {
        let start = bytes.prefix(32)
        guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else { return start.count < 32 ? .needsMore : .strange }
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 2, words[0] == "ok" || words[0] == "failed", let length = Int(words[1]), (0...longest).contains(length) else {
            return .strange
        }
        let body = bytes[(end + 1)...]
        if body.count < length { return .needsMore }
        return .reply(AdminReply(isOk: words[0] == "ok", body: Array(body.prefix(length))))
    }
}
