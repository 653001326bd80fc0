#pragma once

// The requests of one operation, made from its schemas and from rows of a user's file.

#include "mettle/http/client.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/payload/json_schema.hpp"
#include "mettle/protocols/openapi/operation_schemas.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mettle::protocols::openapi {

class RequestMaker {
public:
    struct Context {
        std::string base_path;
        http::HeaderList headers;  // The user's; they win over made ones.
        std::uint64_t seed = 1;
        std::string target;  // Path, and query if there is one, as the user gave them; or empty.
    };

    // `operation` outlives this.
    RequestMaker(const Operation& operation, OperationSchemas schemas,
                 std::shared_ptr<const payload::SchemaModel> model, Context context);

    // The one of that index. A row's fields go where their names are: a parameter or a field of the
    // body. Errors: what cannot be made, with its place.
    Result<http::ClientRequest> make(std::uint64_t index, const payload::DataRow* row) const;

    // One with a mistake in it. not_found where all that could be sent is allowed.
    Result<http::ClientRequest> make_wrong(std::uint64_t index, const payload::DataRow* row) const;

    // Whether a column of that name goes into a request.
    bool takes(const std::string& column) const;

private:
    struct Values;

    Result<Values> values(std::uint64_t index, const payload::DataRow* row) const;
    Result<bool> spoil(Values& values, std::uint64_t index) const;
    Result<void> fill_parameters(Values& values, std::uint64_t index,
                                 const payload::DataRow* row) const;
    Result<void> fill_body(Values& values, std::uint64_t index, const payload::DataRow* row) const;
    void put_field(nlohmann::json& body, const payload::DataField& field) const;
    http::ClientRequest encode(const Values& values) const;
    void encode_body(const nlohmann::json& body, http::ClientRequest& request) const;
    void add_header(http::ClientRequest& request, const std::string& name, std::string value) const;
    payload::JsonSchema schema(payload::SchemaId id) const { return {model_, id}; }

    const Operation& operation_;
    OperationSchemas schemas_;
    std::shared_ptr<const payload::SchemaModel> model_;
    Context context_;
    std::map<std::string, std::string> files_;
    std::set<std::string> fields_;  // Of the body.
};

}  // namespace mettle::protocols::openapi
