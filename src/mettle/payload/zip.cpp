#include "mettle/payload/zip.hpp"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>
#include <cstdint>

namespace mettle::payload {

namespace {

constexpr std::string_view kEndMark("PK\x05\x06", 4);
constexpr std::string_view kEntryMark("PK\x01\x02", 4);
constexpr std::string_view kLocalMark("PK\x03\x04", 4);
constexpr std::size_t kEndSize = 22, kEntrySize = 46, kLocalSize = 30;
constexpr std::size_t kMostFiles = 10'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// REQUIRES: at + size <= bytes.size()
std::size_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::size_t value = 0;
    for (std::size_t index = size; index-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + index]);
    return value;
}

Result<std::string> inflate_all(std::string_view packed, std::size_t size) {
    std::string data(size, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return invalid("zlib cannot begin");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(data.data());
    stream.avail_out = static_cast<uInt>(size);
    const int result = inflate(&stream, Z_FINISH);
    const bool whole = result == Z_STREAM_END && stream.total_out == size;
    inflateEnd(&stream);
    if (!whole) return invalid("its compressed bytes are damaged");
    return data;
}

struct Entry {
    std::string_view name;
    std::size_t method = 0, packed = 0, size = 0, local = 0, checksum = 0;
};

// An entry of the directory, taken off the front of `directory`.
Result<Entry> take_entry(std::string_view& directory) {
    if (directory.size() < kEntrySize || !directory.starts_with(kEntryMark))
        return invalid("its directory is damaged");
    const std::size_t name = number(directory, 28, 2);
    const std::size_t whole =
        kEntrySize + name + number(directory, 30, 2) + number(directory, 32, 2);
    if (whole > directory.size()) return invalid("its directory is damaged");
    Entry entry;
    entry.method = number(directory, 10, 2);
    entry.checksum = number(directory, 16, 4);
    entry.packed = number(directory, 20, 4);
    entry.size = number(directory, 24, 4);
    entry.local = number(directory, 42, 4);
    entry.name = directory.substr(kEntrySize, name);
    if (number(directory, 8, 2) & 1) return invalid(fmt::format("'{}' is encrypted", entry.name));
    directory.remove_prefix(whole);
    return entry;
}

Result<std::string> unpack(std::string_view archive, const Entry& entry) {
    const auto damaged = [&] { return invalid(fmt::format("'{}' is damaged", entry.name)); };
    if (entry.local > archive.size() || archive.size() - entry.local < kLocalSize) return damaged();
    std::string_view rest = archive.substr(entry.local);
    if (!rest.starts_with(kLocalMark)) return damaged();
    const std::size_t head = kLocalSize + number(rest, 26, 2) + number(rest, 28, 2);
    if (head > rest.size() || entry.packed > rest.size() - head) return damaged();
    const std::string_view packed = rest.substr(head, entry.packed);
    Result<std::string> data = std::string();
    if (entry.method == 0 && entry.packed == entry.size)
        data = std::string(packed);
    else if (entry.method == 8)
        data = inflate_all(packed, entry.size);
    else
        return invalid(fmt::format("'{}' is packed by a method that is not known", entry.name));
    if (!data) return damaged();
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(data->data()), data->size());
    if (sum != entry.checksum) return damaged();
    return data;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> unzip(std::string_view archive,
                                                               std::size_t most_bytes) {
    const auto end = archive.rfind(kEndMark);
    if (end == std::string_view::npos || archive.size() - end < kEndSize)
        return invalid("it is no zip archive, or ends early");
    const std::size_t count = number(archive, end + 10, 2), begin = number(archive, end + 16, 4);
    if (count > kMostFiles || begin > end) return invalid("its directory is damaged or too large");
    std::string_view directory = archive.substr(begin, end - begin);
    std::vector<std::pair<std::string, std::string>> files;
    std::size_t left = most_bytes;
    for (std::size_t index = 0; index < count; ++index) {
        const auto entry = take_entry(directory);
        if (!entry) return std::unexpected(entry.error());
        if (entry->size > left)
            return fail(Error::Kind::too_large,
                        fmt::format("it unpacks to more than {} bytes", most_bytes));
        left -= entry->size;
        auto data = unpack(archive, *entry);
        if (!data) return std::unexpected(data.error());
        files.emplace_back(entry->name, std::move(*data));
    }
    return files;
}

}  // namespace mettle::payload
