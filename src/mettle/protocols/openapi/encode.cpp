#include "mettle/protocols/openapi/encode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cctype>
#include <iterator>

namespace mettle::protocols::openapi {

namespace {

using nlohmann::json;

// A grey PNG of 8 by 8 pixels.
constexpr std::array<unsigned char, 72> kImage = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
    0x52, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x08, 0x08, 0x02, 0x00, 0x00, 0x00, 0x4b,
    0x6d, 0x29, 0xdc, 0x00, 0x00, 0x00, 0x0f, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x68,
    0xc0, 0x01, 0x18, 0x86, 0x96, 0x04, 0x00, 0x82, 0xf3, 0x60, 0x01, 0x25, 0x95, 0xb3, 0x63,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

std::string json_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
}

struct File {
    std::string name, media_type, content;
};

bool is_image(std::string_view field, std::string_view media_type) {
    for (const std::string_view word : {"image", "img", "photo", "picture"})
        if (field.contains(word)) return true;
    return media_type.starts_with("image/");
}

File make_file(const std::string& field, const std::string& media_type, const json& value) {
    if (is_image(field, media_type))
        return {"image.png", "image/png", std::string(kImage.begin(), kImage.end())};
    return {field + ".bin", media_type.empty() ? "application/octet-stream" : media_type,
            plain_text(value)};
}

std::string in_quotes(std::string_view name) {
    std::string text;
    for (const char character : name) {
        if (character == '"')
            text += "%22";
        else
            text += character == '\r' || character == '\n' ? ' ' : character;
    }
    return text;
}

void append_part(std::string& body, std::string_view boundary, const std::string& name,
                 const json& value, const std::map<std::string, std::string>& files) {
    body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary,
                        in_quotes(name));
    const auto file = files.find(name);
    // A wrong value on purpose is no file.
    if (file != files.end() && value.is_string()) {
        const File sent = make_file(name, file->second, value);
        body += fmt::format("; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n", in_quotes(sent.name),
                            sent.media_type);
        body += sent.content;
    } else if (value.is_structured()) {
        body += "\r\nContent-Type: application/json\r\n\r\n" + json_text(value);
    } else {
        body += "\r\n\r\n" + plain_text(value);
    }
    body += "\r\n";
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string encoded;
    append_percent_encoded(encoded, text);
    return encoded;
}

void append_percent_encoded(std::string& to, std::string_view text) {
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x80 && (std::isalnum(byte) || std::string_view("-._~").contains(character)))
            to += character;
        else
            fmt::format_to(std::back_inserter(to), "%{:02X}", byte);
    }
}

std::string plain_text(const json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return json_text(value);
    std::string text;
    for (std::size_t index = 0; index < value.size(); ++index)
        text += (index ? "," : "") +
                (value[index].is_array() ? json_text(value[index]) : plain_text(value[index]));
    return text;
}

std::string query_text(std::string_view name, const json& value, bool explode, bool deep) {
    std::string text;
    if (value.is_array() && explode) {
        for (const json& element : value) append_pair(text, name, plain_text(element));
    } else if (value.is_object() && deep) {
        for (const auto& [key, inner] : value.items())
            append_pair(text, fmt::format("{}[{}]", name, key), plain_text(inner));
    } else if (value.is_object() && explode) {
        for (const auto& [key, inner] : value.items()) append_pair(text, key, plain_text(inner));
    } else if (!value.is_null() && !(value.is_array() && value.empty())) {
        append_pair(text, name, plain_text(value));
    }
    return text;
}

std::string form_body(const json& object) {
    std::string body;
    if (!object.is_object()) return percent_encode(plain_text(object));
    for (const auto& [name, value] : object.items()) {
        if (value.is_array())
            for (const json& element : value) append_pair(body, name, plain_text(element));
        else if (!value.is_null())
            append_pair(body, name, plain_text(value));
    }
    return body;
}

std::string multipart_body(const json& object, const std::map<std::string, std::string>& files,
                           std::string& content_type) {
    // Not among what values are made of.
    constexpr std::string_view kBoundary = "mettle-part-7d1f0c39a5e84b62";
    content_type = fmt::format("multipart/form-data; boundary={}", kBoundary);
    std::string body;
    if (object.is_object()) {
        for (const auto& [name, value] : object.items()) {
            const bool list = value.is_array();
            for (const json& each : list ? value : json::array({value}))
                if (!each.is_null()) append_part(body, kBoundary, name, each, files);
        }
    }
    return body + fmt::format("--{}--\r\n", kBoundary);
}

}  // namespace mettle::protocols::openapi
