#pragma once

// Which operations of a document are sent.

#include "mettle/protocols/openapi/document.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

struct Wanted {
    std::vector<std::string> only;  // "POST /predict", "/predict" or an operationId.
    bool all = false;
    std::string path;               // Of the TARGET_URL; "/": none.
    std::set<std::string> columns;  // Of --data.
};

struct LeftOut {
    std::string operation;  // "DELETE /items/{id}"; --only with this adds it.
    std::string why;
};

struct Selection {
    std::vector<const Operation*> chosen;  // Predictions first.
    std::vector<LeftOut> left_out;
    bool by_path = false;  // Chosen by the TARGET_URL, whose path and query are sent as they are.
};

// `document` outlives the selection. Errors: a name that nothing has, a path that has only
// operations which may change something.
Result<Selection> select(const Document& document, const Wanted& wanted);

// Whether the path of a TARGET_URL asks for more than the whole service.
bool names_operation(const Document& document, std::string_view target);
// Whether one of the operations has this path, with or without the base path.
bool has_path(const Document& document, std::string_view target);

}  // namespace mettle::protocols::openapi
