/// SHA-256 (FIPS 180-4), used to identify contents: the files in force, and the scripts that a page may run.
///
/// It is implemented here to keep the program small: swift-crypto would be the better choice for anything more, but it
/// includes BoringSSL, a large part of a first build. There are no branches or look-ups that depend on the input.
package struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// Input that does not fill a block yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0
    /// The schedule of one block, reused for the next.
    private var schedule = [UInt32](repeating: 0, count: 64)

    package init() {}

    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// Adds more of the message.
    package mutating func update(_ bytes: [UInt8]) {
        count += UInt64(bytes.count)
        var start = 0
        if !rest.isEmpty {
            start = min(Self.block - rest.count, bytes.count)
            rest += bytes[..<start]
            guard rest.count == Self.block else { return }
            let first = rest
            rest = []
            first.withUnsafeBufferPointer { compress($0, from: 0) }
        }
        let end = bytes.count - (bytes.count - start) % Self.block
        bytes.withUnsafeBufferPointer { bytes in
            for place in stride(from: start, to: end, by: Self.block) { compress(bytes, from: place) }
        }
        rest += bytes[end...]
    }

    /// The 32 bytes of the digest.
    package consuming func digest() -> [UInt8] {
        let bits = count &* 8
        let zeros = (2 * Self.block - 9 - rest.count) % Self.block
        update([0x80] + [UInt8](repeating: 0, count: zeros) + Self.bytes(of: bits))
        return state.flatMap(Self.bytes)
    }

    private static let block = 64

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    // MARK: - A block

    private mutating func compress(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        schedule.withUnsafeMutableBufferPointer { words in
            for index in 0..<16 {
                let place = start + 4 * index
                let (high, low) = (
                    UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16,
                    UInt32(bytes[place + 2]) << 8 | UInt32(bytes[place + 3])
                )
                words[index] = high | low
            }
            for index in 16..<64 {
                let (early, late) = (words[index - 15], words[index - 2])
                let first = Self.rotated(early, 7) ^ Self.rotated(early, 18) ^ early &>> 3
                let second = Self.rotated(late, 17) ^ Self.rotated(late, 19) ^ late &>> 10
                words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
            }
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let mixed = Self.rotated(e, 6) ^ Self.rotated(e, 11) ^ Self.rotated(e, 25)
            let chosen = e & f ^ ~e & g
            let first = h &+ mixed &+ chosen &+ Self.constants[index] &+ schedule[index]
            let other = Self.rotated(a, 2) ^ Self.rotated(a, 13) ^ Self.rotated(a, 22)
            let second = other &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }

    private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word &>> bits | word &<< (32 - bits) }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
