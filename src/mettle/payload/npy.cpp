#include "mettle/payload/npy.hpp"

#include "mettle/payload/zip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace mettle::payload {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

struct Header {
    std::string descr;
    bool fortran = false;
    Shape shape;
};

// What follows 'key': in the header's dictionary, up to where `closing` ends it.
std::string_view after_key(std::string_view dictionary, std::string_view key) {
    const auto at = dictionary.find(fmt::format("'{}':", key));
    if (at == std::string_view::npos) return {};
    dictionary.remove_prefix(at + key.size() + 3);
    dictionary.remove_prefix(std::min(dictionary.find_first_not_of(' '), dictionary.size()));
    return dictionary;
}

Result<Shape> parse_dims(std::string_view text) {
    if (!text.starts_with('(') || text.find(')') == std::string_view::npos)
        return invalid("its header has no shape");
    text = text.substr(1, text.find(')') - 1);
    Shape shape;
    for (;;) {
        const auto begin = text.find_first_not_of(" ,");
        if (begin == std::string_view::npos) return shape;
        std::int64_t dim = 0;
        const auto [end, error] =
            std::from_chars(text.data() + begin, text.data() + text.size(), dim);
        if (error != std::errc{} || dim < 0) return invalid("its header has no shape");
        if (shape.rank() == Shape::kMaxRank) return invalid("it has more than 8 dimensions");
        shape.push_back(dim);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
}

Result<Header> parse_header(std::string_view dictionary) {
    Header header;
    const std::string_view descr = after_key(dictionary, "descr");
    const auto quote = descr.find('\'', 1);
    if (!descr.starts_with('\'') || quote == std::string_view::npos)
        return invalid("its elements are no plain numbers or texts");
    header.descr = descr.substr(1, quote - 1);
    header.fortran = after_key(dictionary, "fortran_order").starts_with("True");
    auto shape = parse_dims(after_key(dictionary, "shape"));
    if (!shape) return std::unexpected(shape.error());
    header.shape = *shape;
    return header;
}

std::optional<DataType> number_type(std::string_view descr) {
    using enum DataType;
    static constexpr std::pair<std::string_view, DataType> kTypes[] = {
        {"|b1", boolean}, {"|u1", uint8},  {"|i1", int8},  {"<u2", uint16},
        {"<i2", int16},   {"<u4", uint32}, {"<i4", int32}, {"<u8", uint64},
        {"<i8", int64},   {"<f2", fp16},   {"<f4", fp32},  {"<f8", fp64}};
    for (const auto& [name, type] : kTypes)
        if (name == descr) return type;
    return {};
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto tail = [&](int shift) { put(0x80 | ((code >> shift) & 0x3f)); };
    if (code >= 0x110000 || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
    if (code < 0x80) return put(code);
    if (code < 0x800) return put(0xc0 | (code >> 6)), tail(0);
    if (code < 0x10000) return put(0xe0 | (code >> 12)), tail(6), tail(0);
    put(0xf0 | (code >> 18)), tail(12), tail(6), tail(0);
}

// An element of S or U without the zeros that fill it up.
std::string text_of(std::string_view element, bool wide) {
    if (!wide) return std::string(element.substr(0, element.find_last_not_of('\0') + 1));
    std::string text;
    for (std::size_t at = 0; at + 4 <= element.size(); at += 4) {
        std::uint32_t code = 0;
        std::memcpy(&code, element.data() + at, 4);
        if (code == 0) break;
        append_utf8(text, code);
    }
    return text;
}

Result<Tensor> parse_texts(const Header& header, std::size_t count, std::string_view data) {
    const bool wide = header.descr.starts_with("<U");
    std::size_t width = 0;
    const char* end = header.descr.data() + header.descr.size();
    const auto parsed = std::from_chars(header.descr.data() + 2, end, width);
    if (parsed.ec != std::errc{} || parsed.ptr != end || width > (1 << 20))
        return invalid(fmt::format("its elements are '{}'", header.descr));
    width *= wide ? 4 : 1;
    // Before texts are asked for: empty ones take no bytes of the file.
    if (width == 0 || data.size() / width < count) return invalid("it ends early");
    std::vector<std::string> texts;
    for (std::size_t index = 0; index < count; ++index)
        texts.push_back(text_of(data.substr(index * width, width), wide));
    return pack_bytes(texts, header.shape);
}

}  // namespace

Result<Tensor> parse_npy(std::string_view bytes) {
    constexpr std::string_view kMagic = "\x93NUMPY";
    if (!bytes.starts_with(kMagic) || bytes.size() < 12) return invalid("it is no .npy file");
    const auto byte = [&](std::size_t at) {
        return std::size_t{static_cast<unsigned char>(bytes[at])};
    };
    const bool old = byte(6) == 1;
    const std::size_t size = byte(8) | byte(9) << 8 | (old ? 0 : byte(10) << 16 | byte(11) << 24);
    const std::size_t begin = old ? 10 : 12;
    if (byte(6) < 1 || byte(6) > 3 || size > bytes.size() - begin)
        return invalid("it is no .npy file, or ends early");
    const auto header = parse_header(bytes.substr(begin, size));
    if (!header) return std::unexpected(header.error());
    const std::string_view data = bytes.substr(begin + size);
    if (header->fortran && header->shape.rank() > 1)
        return invalid("it is in Fortran's order: save numpy.ascontiguousarray(x)");
    const auto count = header->shape.element_count();
    if (!count) return std::unexpected(count.error());
    if (header->descr.starts_with("|S") || header->descr.starts_with("<U"))
        return parse_texts(*header, static_cast<std::size_t>(*count), data);
    const auto type = number_type(header->descr);
    if (!type) return invalid(fmt::format("its elements are '{}'", header->descr));
    const std::size_t wanted = static_cast<std::size_t>(*count) * element_size(*type);
    if (data.size() < wanted) return invalid("it ends early");
    Tensor tensor(*type, header->shape);
    if (wanted > 0) std::memcpy(tensor.data().data(), data.data(), wanted);
    return tensor;
}

Result<Tensors> parse_npz(std::string_view bytes, std::size_t most_bytes) {
    const auto files = unzip(bytes, most_bytes);
    if (!files) return std::unexpected(files.error());
    Tensors arrays;
    for (const auto& [name, data] : *files) {
        const std::string_view stem =
            std::string_view(name).substr(0, name.size() - (name.ends_with(".npy") ? 4 : 0));
        auto array = parse_npy(data);
        if (!array) return invalid(fmt::format("'{}': {}", name, array.error().message));
        arrays.push_back({std::string(stem), std::move(*array)});
    }
    return arrays;
}

}  // namespace mettle::payload
