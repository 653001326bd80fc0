#include "mettle/http/content_coding.hpp"

#include <fmt/format.h>

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <memory>

namespace mettle::http {

namespace {

constexpr std::size_t kPadding = 64;
constexpr std::size_t kMostEncoded = std::size_t{1} << 31;  // zlib counts in 32 bits.
constexpr int kGzip = 15 + 16, kZlib = 15;
constexpr int kRaw = -15;  // Some call that deflate.

Result<void> append(std::string& out, std::string_view piece, std::size_t most) {
    if (out.size() + piece.size() > most)
        return fail(Error::Kind::too_large,
                    fmt::format("the decoded body has more than {} bytes", most));
    out += piece;
    return {};
}

std::unexpected<Error> not_coded(std::string_view coding) {
    return fail(Error::Kind::invalid_input,
                fmt::format("the body is not encoded as its Content-Encoding, {}, says", coding));
}

Result<void> inflate_as(int form, std::string_view coding, std::string_view bytes, std::size_t most,
                        std::string& out) {
    out.clear();
    z_stream stream{};
    if (::inflateInit2(&stream, form) != Z_OK)
        return fail(Error::Kind::internal, "no memory to decode a body");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&stream, ::inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, 16 * 1024> piece;
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = piece.size();
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        const std::string_view made(piece.data(), piece.size() - stream.avail_out);
        if (auto added = append(out, made, most); !added) return added;
        if (result == Z_STREAM_END) return {};
        if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0))
            return not_coded(coding);
    }
}

Result<void> decode_zstd(std::string_view bytes, std::size_t most, std::string& out) {
    out.clear();
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(::ZSTD_createDCtx(),
                                                                          ::ZSTD_freeDCtx);
    // A frame's window may not ask for more memory than 8 MiB, as RFC 8878 3.1.1.1.2 advises.
    ::ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::array<char, 16 * 1024> piece;
    for (;;) {
        ZSTD_outBuffer made{piece.data(), piece.size(), 0};
        const std::size_t left = ::ZSTD_decompressStream(context.get(), &made, &in);
        if (::ZSTD_isError(left)) return not_coded("zstd");
        if (auto added = append(out, {piece.data(), made.pos}, most); !added) return added;
        if (left == 0 && in.pos == in.size) return {};
        const bool starved = in.pos == in.size && made.pos < made.size;
        if (starved) return not_coded("zstd");
    }
}

Result<void> decode(std::string_view coding, std::string_view bytes, std::size_t most,
                    std::string& out) {
    if (coding == "gzip" || coding == "x-gzip") return inflate_as(kGzip, coding, bytes, most, out);
    if (coding == "zstd") return decode_zstd(bytes, most, out);
    if (coding != "deflate")
        return fail(Error::Kind::unsupported,
                    fmt::format("Content-Encoding '{}' is not taken here: gzip, deflate or zstd",
                                coding.substr(0, 64)));
    auto inflated = inflate_as(kZlib, coding, bytes, most, out);
    if (!inflated && inflated.error().kind == Error::Kind::invalid_input)
        inflated = inflate_as(kRaw, coding, bytes, most, out);
    return inflated;
}

constexpr int kFast = 1;  // Of zlib and zstd alike.

std::unexpected<Error> no_memory() {
    return fail(Error::Kind::internal, "no memory to encode a body");
}

Result<void> deflate_as(int form, std::string_view bytes, std::string& out) {
    z_stream stream{};
    constexpr int kMemory = 8;  // zlib's default.
    if (::deflateInit2(&stream, kFast, Z_DEFLATED, form, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        return no_memory();
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&stream, ::deflateEnd);
    out.resize(::deflateBound(&stream, bytes.size()));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) return no_memory();
    out.resize(out.size() - stream.avail_out);
    return {};
}

Result<void> encode_zstd(std::string_view bytes, std::string& out) {
    using Context = std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)>;
    thread_local const Context context(::ZSTD_createCCtx(), ::ZSTD_freeCCtx);
    if (!context) return no_memory();
    out.resize(::ZSTD_compressBound(bytes.size()));
    const std::size_t size = ::ZSTD_compressCCtx(context.get(), out.data(), out.size(),
                                                 bytes.data(), bytes.size(), kFast);
    if (::ZSTD_isError(size)) return no_memory();
    out.resize(size);
    return {};
}

}  // namespace

Result<void> encode_content(std::string_view coding, std::string_view bytes, std::string& out) {
    if (bytes.size() > kMostEncoded)
        return fail(Error::Kind::too_large, "a body of 2 GiB is not encoded");
    if (coding == "gzip") return deflate_as(kGzip, bytes, out);
    if (coding == "deflate") return deflate_as(kZlib, bytes, out);
    if (coding == "zstd") return encode_zstd(bytes, out);
    return fail(Error::Kind::unsupported, fmt::format("no body is encoded as '{}'", coding));
}

Result<void> decode_content(std::string_view coding, std::string_view bytes, std::size_t most,
                            std::string& out) {
    auto decoded = decode(coding, bytes, most, out);
    out.reserve(out.size() + kPadding);
    return decoded;
}

}  // namespace mettle::http
