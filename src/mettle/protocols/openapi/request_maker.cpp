#include "mettle/protocols/openapi/request_maker.hpp"

#include "mettle/http/message.hpp"
#include "mettle/payload/json_instance.hpp"
#include "mettle/payload/json_validator.hpp"
#include "mettle/payload/wrong_instance.hpp"
#include "mettle/protocols/openapi/encode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::protocols::openapi {

using nlohmann::json;

struct RequestMaker::Values {
    std::vector<std::optional<json>> parameters;  // As the operation's; none: not sent.
    std::optional<json> body;
};

namespace {

std::unexpected<Error> within(std::string_view what, Error error) {
    error.message = fmt::format("{}: {}", what, error.message);
    return std::unexpected(std::move(error));
}

bool flag_or(const json& node, const char* key, bool otherwise) {
    const auto found = node.find(key);
    return found != node.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

// Those are the user's to give, or made by whoever sends.
bool is_ours(std::string_view header) {
    return !http::same_name(header, "Accept") && !http::same_name(header, "Content-Type") &&
           !http::same_name(header, "Authorization") && !http::same_name(header, "Host") &&
           !http::same_name(header, "Content-Length");
}

std::string visible(std::string text) {
    std::erase_if(text, [](char character) {
        return static_cast<unsigned char>(character) < ' ' || character == 0x7f;
    });
    return text;
}

// What a document's path may hold and a request line may not.
std::string printable(std::string_view path) {
    std::string text;
    for (const char character : path) {
        const auto byte = static_cast<unsigned char>(character);
        const bool plain = byte > ' ' && byte < 0x7f && character != '#' && character != '?';
        if (plain)
            text += character;
        else
            text += fmt::format("%{:02X}", byte);
    }
    return text;
}

// A cell of CSV may be a text or JSON; a value of JSON lines is what it is.
std::vector<json> readings(const payload::DataField& field) {
    json parsed = json::parse(field.value, nullptr, false);
    if (field.is_json) return {parsed.is_discarded() ? json(field.value) : std::move(parsed)};
    std::vector<json> possible{json(field.value)};
    if (!parsed.is_discarded()) possible.push_back(std::move(parsed));
    return possible;
}

}  // namespace

RequestMaker::RequestMaker(const Operation& operation, OperationSchemas schemas,
                           std::shared_ptr<const payload::SchemaModel> model, Context context)
    : operation_(operation),
      schemas_(std::move(schemas)),
      model_(std::move(model)),
      context_(std::move(context)) {
    if (!schemas_.body) return;
    const payload::JsonSchema body = schema(schemas_.body->schema);
    files_ = payload::binary_properties(body);
    fields_ = payload::property_names(body);
}

bool RequestMaker::takes(const std::string& column) const {
    return fields_.contains(column) ||
           std::ranges::find(operation_.parameters, column, &Parameter::name) !=
               operation_.parameters.end();
}

Result<http::ClientRequest> RequestMaker::make(std::uint64_t index,
                                               const payload::DataRow* row) const {
    const auto made = values(index, row);
    if (!made) return std::unexpected(made.error());
    return encode(*made);
}

Result<http::ClientRequest> RequestMaker::make_wrong(std::uint64_t index,
                                                     const payload::DataRow* row) const {
    auto made = values(index, row);
    if (!made) return std::unexpected(made.error());
    const auto spoilt = spoil(*made, index);
    if (!spoilt) return std::unexpected(spoilt.error());
    if (!*spoilt)
        return fail(Error::Kind::not_found,
                    fmt::format("whatever {} could be sent is allowed", operation_.name()));
    return encode(*made);
}

Result<RequestMaker::Values> RequestMaker::values(std::uint64_t index,
                                                  const payload::DataRow* row) const {
    Values made;
    if (const auto filled = fill_parameters(made, index, row); !filled)
        return std::unexpected(filled.error());
    if (const auto filled = fill_body(made, index, row); !filled)
        return std::unexpected(filled.error());
    return made;
}

// What may be left out is left out, unless somebody gave a value for it.
Result<void> RequestMaker::fill_parameters(Values& made, std::uint64_t index,
                                           const payload::DataRow* row) const {
    const bool path_given = !context_.target.empty();
    const bool query_given = context_.target.contains('?');
    for (std::size_t which = 0; which < operation_.parameters.size(); ++which) {
        const Parameter& parameter = operation_.parameters[which];
        auto& value = made.parameters.emplace_back();
        if (path_given && parameter.place == Place::path) continue;
        if (query_given && parameter.place == Place::query) continue;
        if (parameter.place == Place::header && !is_ours(parameter.name)) continue;
        if (const payload::DataField* field = row ? row->field(parameter.name) : nullptr) {
            value = field->is_json ? readings(*field)[0] : json(field->value);
            continue;
        }
        if (!parameter.required && !parameter.known) continue;
        auto instance = payload::make_instance(schema(schemas_.parameters[which]),
                                               {context_.seed, index, payload::Direction::request});
        if (instance)
            value = std::move(*instance);
        else if (parameter.required)
            return within("parameter " + parameter.name, instance.error());
    }
    return {};
}

Result<void> RequestMaker::fill_body(Values& made, std::uint64_t index,
                                     const payload::DataRow* row) const {
    if (!schemas_.body) return {};
    auto instance = payload::make_instance(schema(schemas_.body->schema),
                                           {context_.seed, index, payload::Direction::request});
    if (!instance) return std::unexpected(instance.error());
    made.body = std::move(*instance);
    if (!row || !made.body->is_object()) return {};
    for (const payload::DataField& field : row->fields)
        if (fields_.contains(field.name)) put_field(*made.body, field);
    return {};
}

// The reading that the schema likes; the user's value all the same where it likes none.
void RequestMaker::put_field(json& body, const payload::DataField& field) const {
    const std::vector<json> possible = readings(field);
    for (const json& value : possible) {
        body[field.name] = value;
        if (!payload::schema_flaw(schema(schemas_.body->schema), body, payload::Direction::request))
            return;
    }
    body[field.name] = possible.back();
}

// Where there is a body the mistake is in it: it is what services look at most closely. In a
// parameter only values help that are wrong as a text, too.
Result<bool> RequestMaker::spoil(Values& made, std::uint64_t index) const {
    const payload::InstanceOptions options{context_.seed, index, payload::Direction::request};
    std::string how;
    if (schemas_.body && schemas_.body->form == BodyForm::json) {
        auto wrong = payload::make_wrong_instance(schema(schemas_.body->schema), options, how);
        if (wrong) {
            made.body = std::move(*wrong);
            return true;
        }
        if (wrong.error().kind != Error::Kind::not_found) return std::unexpected(wrong.error());
    }
    for (std::size_t which = 0; which < made.parameters.size(); ++which) {
        const Place place = operation_.parameters[which].place;
        if (!made.parameters[which] || (place != Place::query && place != Place::path)) continue;
        auto wrong = payload::make_wrong_instance(schema(schemas_.parameters[which]), options, how);
        if (!wrong || wrong->is_structured() || plain_text(*wrong).empty()) continue;
        const auto as_text = payload::schema_flaw(schema(schemas_.parameters[which]),
                                                  plain_text(*wrong), payload::Direction::request);
        if (!as_text) continue;
        made.parameters[which] = std::move(*wrong);
        return true;
    }
    return false;
}

http::ClientRequest RequestMaker::encode(const Values& made) const {
    http::ClientRequest request;
    request.method = operation_.method;
    std::string path = context_.base_path + operation_.path, query, cookies;
    for (std::size_t which = 0; which < made.parameters.size(); ++which) {
        if (!made.parameters[which]) continue;
        const Parameter& parameter = operation_.parameters[which];
        const json& value = *made.parameters[which];
        const std::string written = "{" + parameter.name + "}";
        if (parameter.place == Place::path) {
            for (auto at = path.find(written); at != std::string::npos; at = path.find(written))
                path.replace(at, written.size(), percent_encode(plain_text(value)));
        } else if (parameter.place == Place::query) {
            const auto style = parameter.node->find("style");
            const bool deep = style != parameter.node->end() && *style == "deepObject";
            const std::string text =
                query_text(parameter.name, value, flag_or(*parameter.node, "explode", true), deep);
            if (!text.empty()) query += (query.empty() ? "?" : "&") + text;
        } else if (parameter.place == Place::header) {
            add_header(request, parameter.name, plain_text(value));
        } else {
            cookies += fmt::format("{}{}={}", cookies.empty() ? "" : "; ", parameter.name,
                                   percent_encode(plain_text(value)));
        }
    }
    request.target = (context_.target.empty() ? printable(path) : context_.target) + query;
    if (!cookies.empty()) add_header(request, "Cookie", cookies);
    if (made.body) encode_body(*made.body, request);
    request.headers.insert(request.headers.end(), context_.headers.begin(), context_.headers.end());
    return request;
}

void RequestMaker::encode_body(const json& body, http::ClientRequest& request) const {
    std::string content_type = schemas_.body->media_type;
    switch (schemas_.body->form) {
        case BodyForm::json:
            request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
            break;
        case BodyForm::form:
            request.body = form_body(body);
            break;
        case BodyForm::multipart:
            request.body = multipart_body(body, files_, content_type);
            break;
        case BodyForm::text:
        case BodyForm::bytes:
            request.body = plain_text(body);
            break;
    }
    add_header(request, "Content-Type", content_type);
}

void RequestMaker::add_header(http::ClientRequest& request, const std::string& name,
                              std::string value) const {
    const bool token = std::ranges::none_of(name, [](unsigned char character) {
        return character <= ' ' || character >= 0x7f || character == ':';
    });
    const bool given = std::ranges::any_of(
        context_.headers, [&](const auto& header) { return http::same_name(header.first, name); });
    if (token && !given) request.headers.emplace_back(name, visible(std::move(value)));
}

}  // namespace mettle::protocols::openapi
