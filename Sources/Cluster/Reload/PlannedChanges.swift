internal import ClusterConfiguration

/// What a file would change, as far as it can be known without a look at what runs. With ten thousand routes that takes a while.
struct PlannedChanges: Sendable {
    /// As it would hold.
    let next: Configuration
    let warnings: [String]
    let difference: Difference
    let routes: RouteChanges
    let fields: [FieldChange]
    let fieldsAtNextStart: [FieldChange]

    /// `socket` is that which the master was started with.
    init(from now: Configuration, to file: LoadedConfiguration, socket: AdminSettings.Socket) {
        var next = file.configuration
        // Where commands are taken stays for as long as the master runs.
        next.admin.socket = now.admin.socket
        var started = file.configuration
        started.admin.socket = socket
        self.next = next
        warnings = file.warnings
        difference = Difference(from: now, to: next)
        routes = RouteChanges(from: now, to: next)
        fields = FieldChange.all(from: now, to: next)
        fieldsAtNextStart = FieldChange.all(from: started, to: file.configuration)
    }
}
