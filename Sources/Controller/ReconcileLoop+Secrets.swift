import KubernetesAPI
import SecretSources
import Status

extension ReconcileLoop {
    /// Between two looks at which Secrets the file names.
    private static let period: Duration = .seconds(1)

    /// Follows the Kubernetes Secrets that the file names, until the task is cancelled, and asks for a pass when one
    /// changes.
    func watchSecrets(by reader: KubernetesSecretReader) async {
        var watched: Set<ObjectName> = []
        var watch: Task<Void, Never>?
        // The first pass reads them first, so that what is there from the start is no news.
        while (try? await Task.sleep(for: Self.period)) != nil {
            // Whoever stands by reads no secrets.
            let wanted = isLeading ? files.loaded.kubernetesSecrets : []
            // Where there is no Kubernetes, each service says so; it may come to be there.
            guard wanted != watched, (try? reader.kubernetes.client()) != nil else { continue }
            watch?.cancel()
            watched = wanted
            watch = Task { [log] in
                await reader.watch(wanted) { object, error, delay in
                    log.cannotWatch(object, error, delay)
                } onChange: { _ in
                    self.ask(.secret)
                }
            }
        }
        watch?.cancel()
    }
}
