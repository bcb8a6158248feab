internal import ArgumentParser
internal import Cluster
internal import Kernel
internal import Supervision

/// Shows what ended without having been asked to.
struct CrashesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crashes", abstract: "Show the processes that have ended by themselves, and what they were at.")

    @OptionGroup var master: MasterOptions

    @Argument(help: "`workers`, or the name of an app; all of them without it.")
    var name: String?

    @Flag(name: .long, help: "One JSON object, for programs.")
    var json = false

    func validate() throws { if let name { try NameArgument.check(name) } }

    func run() throws {
        var client = try master.connect()
        let reply = try client.ask(.crashes(name.map { GroupName(text: $0) }), patience: StatusCommand.patience)
        if !reply.isOk { throw CommandFailure(reply.message) }
        guard let reports = CrashReport.list(reply.body) else {
            throw CommandFailure("the master is of another version, whose reports cannot be read here")
        }
        let text = json ? String(decoding: CrashReport.json(reports), as: UTF8.self) + "\n" : reports.map(\.text).joined(separator: "\n")
        Descriptor.writeAll(text.isEmpty ? "nothing has ended by itself\n" : text, to: 1)
    }
}
