#include "mettle/scenario/http_session.hpp"

#include <zlib.h>

#include <array>
#include <memory>

namespace mettle::scenario {

namespace {

constexpr int kGzipOrZlib = 15 + 32;
constexpr int kRaw = -15;  // Some servers call that deflate.

Result<void> inflate_as(int form, std::string& out, std::string_view bytes, std::size_t most) {
    out.clear();
    z_stream stream{};
    if (::inflateInit2(&stream, form) != Z_OK)
        return fail(Error::Kind::internal, "no memory to decode an answer");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&stream, ::inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, 16 * 1024> piece;
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = piece.size();
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
        if (out.size() > most)
            return mettle::fail(Error::Kind::too_large, "the decoded answer is too large");
        if (result == Z_STREAM_END) return {};
        if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0))
            return mettle::fail(Error::Kind::protocol_violation,
                                "the answer is not encoded as its Content-Encoding says");
    }
}

}  // namespace

Result<void> inflate_into(std::string& out, std::string_view bytes, std::size_t most) {
    auto inflated = inflate_as(kGzipOrZlib, out, bytes, most);
    if (!inflated && inflated.error().kind == Error::Kind::protocol_violation)
        inflated = inflate_as(kRaw, out, bytes, most);
    return inflated;
}

}  // namespace mettle::scenario
