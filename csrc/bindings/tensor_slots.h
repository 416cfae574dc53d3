// Operators of Python's protocols: direct calls, without pybind11's overload resolution.
#pragma once

#include <Python.h>

namespace taut {

PyNumberMethods* number_slots();  // number_slots.cpp, with compare_slot
PyMappingMethods* mapping_slots();
PySequenceMethods* sequence_slots();
richcmpfunc compare_slot();
PyBufferProcs* buffer_slots();  // buffer.cpp

}  // namespace taut
