#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::scenario {

namespace {

// Long and odd enough not to stand in anybody's file.
constexpr std::string_view kBoundary = "----mettle-part-5b1f8a0c97d24e63";

void append_json(ReadContext& context, const YamlNode& node, Template& out);

void append_scalar(ReadContext& context, const YamlNode& node, Template& out) {
    const bool as_it_is =
        !node.quoted && (is_json_number(node.text) || node.text == "true" || node.text == "false");
    if (as_it_is) return out.append(node.text);
    const Template text = context.text_template(node, "a JSON value");
    if (text.only_formula()) return out.append(text, Encoding::json);
    out.append("\"");
    out.append(text, Encoding::json_part);
    out.append("\"");
}

void append_json(ReadContext& context, const YamlNode& node, Template& out) {
    std::string_view separator;
    switch (node.kind) {
        case YamlNode::Kind::null:
            return out.append("null");
        case YamlNode::Kind::scalar:
            return append_scalar(context, node, out);
        case YamlNode::Kind::list:
            out.append("[");
            for (const YamlNode& item : node.items) {
                out.append(separator);
                append_json(context, item, out);
                separator = ",";
            }
            return out.append("]");
        case YamlNode::Kind::map:
            out.append("{");
            for (const YamlEntry& entry : node.entries) {
                std::string key;
                append_json_text(key, entry.key);
                out.append(separator);
                out.append(key + ":");
                append_json(context, entry.value, out);
                separator = ",";
            }
            return out.append("}");
    }
}

Template form_template(ReadContext& context, const YamlNode& node) {
    Template form;
    if (!node.is_map()) {
        context.wrong(node, fmt::format("form is a map, not {}", node.kind_name()));
        return form;
    }
    std::string_view separator;
    for (const YamlEntry& entry : node.entries) {
        form.append(separator);
        form.append(Template(entry.key), Encoding::url);
        form.append("=");
        if (!entry.value.is_null())
            form.append(context.text_template(entry.value, entry.key), Encoding::url);
        separator = "&";
    }
    return form;
}

std::string quoted_name(std::string_view name) {
    std::string quoted;
    for (const char character : name) {
        if (character == '"')
            quoted += "%22";
        else if (character != '\r' && character != '\n')
            quoted += character;
    }
    return quoted;
}

void append_part(ReadContext& context, const YamlEntry& entry, Template& out) {
    out.append(fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", kBoundary,
                           quoted_name(entry.key)));
    if (!entry.value.is_map()) {
        out.append("\r\n\r\n");
        out.append(context.text_template(entry.value, entry.key));
        return out.append("\r\n");
    }
    KeyReader keys(context, entry.value, "a part of multipart");
    const YamlNode* file = keys.take("file");
    const YamlNode* text = keys.take("text");
    const YamlNode* name = keys.take("name");
    const YamlNode* type = keys.take("type");
    keys.finish();
    if ((file != nullptr) == (text != nullptr))
        context.wrong(entry.value, "a part takes either 'file: PATH' or 'text: TEXT'");
    std::string file_name = name ? context.text(*name, "name") : file ? file->text : "";
    file_name = file_name.substr(file_name.rfind('/') + 1);
    if (!file_name.empty()) out.append(fmt::format("; filename=\"{}\"", quoted_name(file_name)));
    const std::string content_type = type   ? context.text(*type, "type")
                                     : file ? "application/octet-stream"
                                            : "";
    if (!content_type.empty())
        out.append(fmt::format("\r\nContent-Type: {}", quoted_name(content_type)));
    out.append("\r\n\r\n");
    if (file) out.append(context.file(*file, "file").value_or(""));
    if (text && !file) out.append(context.text_template(*text, "text"));
    out.append("\r\n");
}

}  // namespace

// A text is JSON already; anything else becomes JSON.
Template json_template(ReadContext& context, const YamlNode& node) {
    Template json;
    if (!node.is_scalar()) {
        append_json(context, node, json);
        return json;
    }
    json = context.text_template(node, "json");
    if (json.only_formula()) {
        Template value;
        value.append(json, Encoding::json);
        return value;
    }
    if (json.is_static() && !nlohmann::json::accept(json.text()))
        context.wrong(node, "this text is no JSON; write a map, or 'body' for other texts");
    return json;
}

void read_body(ReadContext& context, const YamlEntry& entry, RequestStep& request) {
    if (entry.key == "json") {
        request.body = json_template(context, entry.value);
        request.content_type = "application/json";
    } else if (entry.key == "form") {
        request.body = form_template(context, entry.value);
        request.content_type = "application/x-www-form-urlencoded";
    } else if (entry.key == "body") {
        request.body = context.text_template(entry.value, "body");
        request.content_type = "text/plain; charset=utf-8";
    } else if (entry.key == "body_file") {
        request.body = Template(context.file(entry.value, "body_file").value_or(""));
        request.content_type = "application/octet-stream";
    } else if (!entry.value.is_map()) {
        context.wrong(entry.value,
                      fmt::format("multipart is a map, not {}", entry.value.kind_name()));
    } else {
        for (const YamlEntry& part : entry.value.entries) append_part(context, part, request.body);
        request.body.append(fmt::format("--{}--\r\n", kBoundary));
        request.content_type = fmt::format("multipart/form-data; boundary={}", kBoundary);
    }
}

}  // namespace mettle::scenario
