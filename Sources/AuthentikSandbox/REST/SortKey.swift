/// What a list is ordered by; text is compared code point by code point, as Authentik's database does.
enum SortKey: Comparable {
    case number(Int)
    case text(String)
}
