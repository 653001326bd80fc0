#include "mettle/http/content_coding.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <zlib.h>
#include <zstd.h>

namespace mettle::http {
namespace {

using ::testing::HasSubstr;

std::string deflated(std::string_view text, int form) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, form, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

struct Coded {
    const char* coding;
    std::string bytes;
};

std::vector<Coded> coded(std::string_view text) {
    return {{"gzip", deflated(text, 31)},
            {"x-gzip", deflated(text, 31)},
            {"deflate", deflated(text, 15)},
            {"deflate", deflated(text, -15)},
            {"zstd", zstd(text)}};
}

TEST(ContentCoding, GivesBackWhatWasCoded) {
    std::string text;
    for (int number = 0; number < 20'000; ++number) text += std::to_string(number * 7919);
    for (const auto& [coding, bytes] : coded(text)) {
        std::string out = "old";
        ASSERT_TRUE(decode_content(coding, bytes, text.size(), out)) << coding;
        EXPECT_EQ(out, text) << coding;
        EXPECT_GE(out.capacity(), out.size() + 64);
    }
}

TEST(ContentCoding, ABombEndsAtTheLimit) {
    const std::string zeros(std::size_t{32} << 20, '\0');
    for (const auto& [coding, bytes] : coded(zeros)) {
        EXPECT_LT(bytes.size(), 64u << 10);
        std::string out;
        const auto decoded = decode_content(coding, bytes, 1 << 20, out);
        ASSERT_FALSE(decoded) << coding;
        EXPECT_EQ(decoded.error().kind, Error::Kind::too_large) << coding;
        EXPECT_LE(out.size(), 1u << 20) << coding;
    }
}

TEST(ContentCoding, WhatIsCutOffOrOtherwiseCodedIsSaid) {
    for (const auto& [coding, bytes] : coded("some text that is long enough to be cut")) {
        std::string out;
        const auto cut = decode_content(coding, bytes.substr(0, bytes.size() - 6), 1 << 20, out);
        ASSERT_FALSE(cut) << coding;
        EXPECT_EQ(cut.error().kind, Error::Kind::invalid_input) << coding;
        EXPECT_FALSE(decode_content(coding, "{\"inputs\":[]}", 1 << 20, out)) << coding;
    }
    std::string out;
    EXPECT_THAT(decode_content("br", "x", 1 << 20, out).error().message,
                HasSubstr("gzip, deflate or zstd"));
}

TEST(ContentCoding, WhatIsEncodedIsDecodedAgain) {
    std::string text;
    for (int number = 0; number < 5000; ++number) text += fmt::format("{},", number % 97);
    for (const char* coding : {"gzip", "deflate", "zstd"}) {
        for (const std::string_view body :
             {std::string_view(text), std::string_view("a"), std::string_view()}) {
            std::string encoded, decoded;
            ASSERT_TRUE(encode_content(coding, body, encoded)) << coding;
            ASSERT_TRUE(decode_content(coding, encoded, text.size(), decoded)) << coding;
            EXPECT_EQ(decoded, body) << coding;
            if (body.size() > 1000) EXPECT_LT(encoded.size(), body.size() / 4);
        }
    }
    std::string out;
    EXPECT_EQ(encode_content("br", text, out).error().kind, Error::Kind::unsupported);
}

}  // namespace
}  // namespace mettle::http
