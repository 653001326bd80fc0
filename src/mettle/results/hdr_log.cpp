#include "mettle/results/hdr_log.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>

namespace mettle::results {

namespace {

// HdrHistogram's AbstractHistogram: V2EncodingCookieBase and V2CompressedEncodingCookieBase, each
// with the word size that V2 always has.
constexpr std::uint32_t kCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;

void put_big_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}

// ZigZag LEB128 of at most 9 bytes: 7 bits a byte, lowest first, and 8 in the ninth.
void put_varint(std::string& out, std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value << 1 ^ value >> 63);
    for (int byte = 0; byte < 8; ++byte) {
        if (bits < 0x80) {
            out += static_cast<char>(bits);
            return;
        }
        out += static_cast<char>((bits & 0x7f) | 0x80);
        bits >>= 7;
    }
    out += static_cast<char>(bits);
}

// Counts up to the last that is not 0; a run of zeros is one negative number.
std::string encode_counts(const Histogram& histogram) {
    std::string out;
    const int end = histogram.count() == 0
                        ? 0
                        : Histogram::bucket_of(std::min(histogram.max(), Histogram::kHighest)) + 1;
    for (int index = 0; index < end;) {
        const auto count = static_cast<std::int64_t>(histogram.bucket(index));
        int zeros = 0;
        while (count == 0 && index + zeros < end && histogram.bucket(index + zeros) == 0) ++zeros;
        put_varint(out, zeros > 0 ? -zeros : count);
        index += std::max(zeros, 1);
    }
    return out;
}

std::string encode_plain(const Histogram& histogram) {
    const std::string counts = encode_counts(histogram);
    std::string out;
    put_big_endian(out, kCookie, 4);
    put_big_endian(out, counts.size(), 4);
    put_big_endian(out, 0, 4);  // Normalizing index offset.
    put_big_endian(out, 3, 4);  // Significant digits.
    put_big_endian(out, 1, 8);  // Lowest discernible value.
    put_big_endian(out, static_cast<std::uint64_t>(Histogram::kHighest), 8);
    put_big_endian(out, std::bit_cast<std::uint64_t>(1.0), 8);  // Integer to double ratio.
    return out + counts;
}

std::string deflate(const std::string& text) {
    uLongf size = compressBound(text.size());
    std::string out(size, '\0');
    const int status = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                 reinterpret_cast<const Bytef*>(text.data()), text.size(), 6);
    METTLE_ASSERT(status == Z_OK);
    out.resize(size);
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t index = 0; index < 3; ++index)
            group =
                group << 8 | (index < count ? static_cast<unsigned char>(bytes[at + index]) : 0U);
        for (std::size_t index = 0; index < 4; ++index)
            out += index <= count ? kDigits[group >> (18 - 6 * index) & 63] : '=';
    }
    return out;
}

void add_line(std::string& log, const std::string& tag, double length_s,
              const Histogram& histogram) {
    if (histogram.count() == 0) return;
    std::string name = tag;  // A tag ends at a comma or a space.
    std::ranges::replace_if(name, [](char c) { return c == ',' || c == ' ' || c == '\n'; }, '_');
    log += fmt::format("Tag={},0.000,{:.3f},{:.3f},{}\n", name, length_s,
                       static_cast<double>(histogram.max()), encode_hdr(histogram));
}

void add_lines(std::string& log, const std::string& prefix, double length_s,
               const LatencySet& times) {
    add_line(log, prefix + "latency_us", length_s, times.latency);
    add_line(log, prefix + "service_us", length_s, times.service);
    add_line(log, prefix + "failed_us", length_s, times.failed);
}

}  // namespace

std::string encode_hdr(const Histogram& histogram) {
    const std::string compressed = deflate(encode_plain(histogram));
    std::string out;
    put_big_endian(out, kCompressedCookie, 4);
    put_big_endian(out, compressed.size(), 4);
    return base64(out + compressed);
}

std::string to_hdr_log(const RunResult& result) {
    std::string log = fmt::format(
        "#[mettle run of {}; values in microseconds]\n"
        "#[Histogram log format version 1.3]\n"
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\""
        "\n",
        result.started);
    add_lines(log, "", result.duration_s, result.totals.times);
    for (const TaskResult& task : result.tasks)
        add_lines(log, task.name + ":", result.duration_s, task.times);
    return log;
}

}  // namespace mettle::results
