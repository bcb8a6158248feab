internal import Control
internal import Kernel

Descriptor.openStandard()

// The same binary is the command line, the master, and the processes that the master starts: those find their part in one variable.
if let text = Environment.value(of: Inheritance.variable) {
    Signals.blockAll()
    guard let inheritance = Inheritance(text: text) else {
        Descriptor.writeAll("cluster-proxy: \(Inheritance.variable) is for the master's own processes\n", to: 2)
        Processes.leave(CommandStatus.usage.rawValue)
    }
    Processes.leave(BuiltInProcess.run(inheritance))
}
Processes.leave(ClusterProxyCommand.run(Array(CommandLine.arguments.dropFirst())).rawValue)
