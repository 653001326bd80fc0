#include "mettle/serving/wire/outputs_json.hpp"

namespace mettle::wire {

void append_output(std::string& out, const TensorView& tensor, bool single, ElementForm form) {
    if (single && tensor.shape.rank() > 0 && tensor.shape[0] == 1)
        return RowWriter(tensor, form).append(out);
    append_nested(out, tensor, form);
}

void append_outputs(std::string& out, const Signature& signature, const Slab& slab, bool single,
                    ElementForm form) {
    out += '{';
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        if (at > 0) out += ',';
        append_string(out, signature.outputs[at].name);
        out += ':';
        append_output(out, slab.output(at), single, form);
    }
    out += '}';
}

}  // namespace mettle::wire
