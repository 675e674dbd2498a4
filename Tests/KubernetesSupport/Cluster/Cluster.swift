import FoundationEssentials
import JSON

/// The objects, the history of their changes, and who watches.
///
/// The versions are counted over all objects, as etcd does:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
struct Cluster: Sendable {
    private(set) var objects: [ObjectKey: JSONValue] = [:]
    /// That of the latest change.
    private(set) var resourceVersion = 1
    private var history: [WatchEvent] = []
    /// The history before it is gone.
    private var oldestVersion = 0
    private(set) var watchers: [Int: Watcher] = [:]
    private var nextWatcher = 0
    /// Whether watches say nothing, neither changes nor their end.
    var isHoldingWatches = false {
        didSet {
            guard !isHoldingWatches else { return }
            for number in watchers.keys { watchers[number]?.release() }
        }
    }

    /// Stores an object that was made or changed.
    ///
    /// - Returns: the object as it is now, with its new version; as it was if nothing changed.
    mutating func store(_ object: JSONValue, at key: ObjectKey) -> JSONValue {
        let old = objects[key]
        if let old, old.withoutTimesOfManagers == object.withoutTimesOfManagers { return old }
        resourceVersion += 1
        let object = object.setting(["metadata", "resourceVersion"], .string(String(resourceVersion)))
        objects[key] = object
        let kind: WatchEvent.Kind = old == nil ? .added : .modified
        note(WatchEvent(kind: kind, key: key, object: object, resourceVersion: resourceVersion))
        return object
    }

    mutating func delete(_ key: ObjectKey) {
        guard let old = objects.removeValue(forKey: key) else { return }
        resourceVersion += 1
        let object = old.setting(["metadata", "resourceVersion"], .string(String(resourceVersion)))
        note(WatchEvent(kind: .deleted, key: key, object: object, resourceVersion: resourceVersion))
    }

    /// The objects of a selection, by namespace and name.
    func objects(_ selection: ObjectSelection) -> [JSONValue] {
        objects.filter { selection.contains($0.key) }
            .sorted { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }
            .map(\.value)
    }

    /// Forgets the history, as etcd does after five minutes.
    mutating func compact() {
        history = []
        oldestVersion = resourceVersion
    }

    /// Whether the changes since a version are still known.
    func remembers(_ resourceVersion: Int) -> Bool { resourceVersion >= oldestVersion }

    /// Opens a watch.
    ///
    /// - Parameter version: the changes after it are told; nil means the objects as they are, and the changes from now.
    mutating func watch(
        _ selection: ObjectSelection,
        since version: Int?,
        allowsBookmarks: Bool
    ) -> (number: Int, items: AsyncStream<Watcher.Item>) {
        let (items, continuation) = AsyncStream.makeStream(of: Watcher.Item.self)
        var watcher = Watcher(selection, allowsBookmarks: allowsBookmarks, continuation)
        let lines =
            if let version {
                history.filter { $0.resourceVersion > version && selection.contains($0.key) }.map(\.line)
            } else {
                objects(selection).map { WatchEvent.line(WatchEvent.Kind.added.rawValue, $0) }
            }
        for line in lines { watcher.send(.bytes(line), isHeld: isHoldingWatches) }
        nextWatcher += 1
        watchers[nextWatcher] = watcher
        return (nextWatcher, items)
    }

    /// Ends a watch in order, with a bookmark if it was asked for.
    ///
    /// A live server sends the bookmark two seconds earlier; at the end it cannot miss a change.
    mutating func endWatch(_ number: Int) {
        guard let watcher = watchers[number] else { return }
        if watcher.allowsBookmarks { sendBookmark(to: number) }
        send(.end, to: number)
    }

    mutating func sendBookmark(to number: Int) {
        guard let watcher = watchers[number], watcher.allowsBookmarks else { return }
        send(.bytes(WatchEvent.bookmark(watcher.selection.kind, resourceVersion)), to: number)
    }

    /// Forgets a watch whose connection is gone.
    mutating func closeWatch(_ number: Int) {
        watchers.removeValue(forKey: number)?.finish()
    }

    /// Breaks the connections of all watches, even of those that are held.
    mutating func cutWatches(after bytes: [UInt8]) {
        for number in watchers.keys {
            if !bytes.isEmpty { watchers[number]?.send(.bytes(bytes), isHeld: false) }
            watchers[number]?.send(.cut, isHeld: false)
        }
    }

    private mutating func note(_ event: WatchEvent) {
        history.append(event)
        for (number, watcher) in watchers where watcher.selection.contains(event.key) {
            send(.bytes(event.line), to: number)
        }
    }

    private mutating func send(_ item: Watcher.Item, to number: Int) {
        watchers[number]?.send(item, isHeld: isHoldingWatches)
    }
}
