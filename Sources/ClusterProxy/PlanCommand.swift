internal import ArgumentParser
internal import Cluster
internal import Kernel

/// Says what a reload would do.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract:
            "Say what a reload of the file would change: exit status 0 nothing, 1 tables in place, 2 the file is wrong, 3 processes, 4 nobody answered."
    )

    @OptionGroup var master: MasterOptions

    @Flag(name: .long, help: "One JSON object, for programs.")
    var json = false

    func run() throws {
        let reply: AdminReply
        do {
            var client = try master.connect()
            reply = try client.ask(.plan, patience: StatusCommand.patience)
        } catch {
            throw Self.unanswered("\(error)")
        }
        if !reply.isOk { throw Self.unanswered(reply.message) }
        guard let plan = ReloadPlan(json: reply.body) else {
            throw Self.unanswered("the master is of another version, whose plan cannot be read here")
        }
        // What is wrong with a file is an error, as `check` says it.
        Descriptor.writeAll(json ? reply.message + "\n" : plan.text, to: json || plan.result != .invalid ? 1 : 2)
        throw ExitCode(plan.status.rawValue)
    }

    /// Nobody could be asked, or would answer. The status of other commands, 1, would say that there is something to change.
    private static func unanswered(_ why: String) -> ExitCode {
        Descriptor.writeAll("error: \(why.onItsLines)\n", to: 2)
        return ExitCode(4)
    }
}

extension ReloadPlan {
    fileprivate var status: CommandStatus {
        switch result {
        case .nothing: .done
        case .inPlace: .failed
        case .invalid: .usage
        case .replaces: .other(3)
        }
    }
}
