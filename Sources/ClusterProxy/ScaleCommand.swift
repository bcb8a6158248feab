internal import ArgumentParser
internal import Cluster
internal import Supervision

/// Changes how many processes there are, until the next reload.
struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Run so many workers, or so many instances of an app, and wait for them.")

    @OptionGroup var master: MasterOptions

    /// What looks like an option is a number below 0, and refused as one.
    @Argument(
        parsing: .allUnrecognized, help: ArgumentHelp("How many; before it the name of an app, or `workers`.", valueName: "[name] count"))
    var words: [String]

    /// nil when the words do not say one.
    var command: AdminCommand? {
        guard words.count <= 2, let last = words.last, let count = Int(last), (0...1024).contains(count) else { return nil }
        return .scale(words.count == 2 ? GroupName(text: words[0]) : .workers, count: count)
    }

    func validate() throws {
        if command == nil { throw ValidationError("scale takes a number from 0 to 1024, and a name before it: scale 4, scale web 4") }
        if words.count == 2 { try NameArgument.check(words[0]) }
    }

    func run() throws { if let command { try master.ask(command) } }
}
