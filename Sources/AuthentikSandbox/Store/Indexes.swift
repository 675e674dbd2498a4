import FoundationEssentials

/// Where to find a row by what is unique in it.
struct Indexes: Sendable {
    var applicationBySlug: [String: UUID] = [:]
    var applicationByProvider: [Int: UUID] = [:]
    var applicationByBackchannelProvider: [Int: UUID] = [:]
    var providerByName: [String: Int] = [:]
    var providerByClientID: [String: Int] = [:]
    var groupByName: [String: UUID] = [:]
    var flowBySlug: [String: UUID] = [:]
    var roleByName: [String: UUID] = [:]
    var userByName: [String: Int] = [:]
    var tokenByIdentifier: [String: UUID] = [:]
    var tokenByKey: [String: UUID] = [:]
    var entitlementsByApplication: [UUID: [String: UUID]] = [:]
    var bindingsByTarget: [UUID: Set<UUID>] = [:]
}
