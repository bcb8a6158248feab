import Balancing
import Testing

struct SipHashTests {
    /// The authors' own: key 00 01 … 0f, messages of 0, 1, 2 … bytes 00 01 02 … (Aumasson and Bernstein 2012, appendix A, and vectors.h of their code).
    @Test(
        arguments: [
            (0, 0x726f_db47_dd0e_0e31), (1, 0x74f8_39c5_93dc_67fd), (2, 0x0d6c_8009_d9a9_4f5a), (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
        ] as [(Int, UInt64)])
    func `a message has the hash that the authors give for it`(length: Int, hash: UInt64) {
        var state = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        for byte in 0..<length { state.combine(UInt8(byte)) }
        #expect(state.finish() == hash)
    }
}
