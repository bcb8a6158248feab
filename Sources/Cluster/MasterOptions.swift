/// What the command line says to the master.
package struct MasterOptions: Sendable {
    package var source: ConfigurationSource
    /// Absolute; nil for none.
    package var pidFile: String?

    package init(source: ConfigurationSource, pidFile: String?) {
        self.source = source
        self.pidFile = pidFile
    }
}
